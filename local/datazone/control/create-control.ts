import { armFaults, faultStatuses } from '../calls/fault-schema.ts'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { settingsSchema } from '../input/settings.ts'
import type { Simulation } from '../simulation.ts'
import type { DataSourceRun } from '../world/data-source-run.ts'
import { sourceStatusAt } from '../world/data-source-run-plan.ts'
import { parseDomains } from '../world/domains.ts'
import type { MetadataRun } from '../world/metadata-run.ts'
import { statusAt } from '../world/metadata-run-plan.ts'
import { outcomesSchema } from '../world/run-outcome.ts'
import type { World } from '../world/world.ts'
import { acceptSuggestions } from './accept-suggestions.ts'
import { addRevision } from './add-revision.ts'
import { type ActualDataSourceRun, type ActualRun, type Control, clockSchema } from './control.ts'
import { hasTarget } from './find-target.ts'
import { publishAsset, unpublishAsset } from './publish-asset.ts'
import { restoreState, saveState } from './saved-state.ts'
import { sendAssetEvent } from './send-asset-event.ts'
import { setDataSourceStatus } from './set-data-source-status.ts'
import { startScheduledRun } from './start-scheduled-run.ts'
import { transferAsset } from './transfer-asset.ts'

const actualRun = (run: MetadataRun, nowMs: number): ActualRun => {
  const { places: _places, createdBy: _createdBy, plan, ...identity } = run
  const { submittedUntilMs, endsAtMs, ending } = plan
  return { ...identity, submittedUntilMs, endsAtMs, ending, status: statusAt(plan, nowMs) }
}

const actualDataSourceRun = (run: DataSourceRun, nowMs: number): ActualDataSourceRun => {
  const { places: _places, snapshot: _snapshot, plan, ...identity } = run
  const { runningFromMs, endsAtMs, lineageEndsAtMs, ending } = plan
  return {
    ...identity,
    runningFromMs,
    endsAtMs,
    lineageEndsAtMs,
    ending,
    status: sourceStatusAt(plan, nowMs),
  }
}

/** What the control acts on: the simulation, which `reset` and `setState` replace, and its clock. */
type ControlContext = Readonly<{
  simulation: () => Simulation
  replace: (simulation: Simulation) => void
  /** Returns a simulation as it was at the start, without a catalogue. */
  created: () => Simulation
  clock: () => number
  setClock: (atMs: number) => void
}>

const earliest = (...times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((ms) => ms !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

type Current = () => World

const settingControl = (
  current: Current,
  { simulation }: ControlContext,
): Pick<Control, 'setFaults' | 'faults' | 'setOutcomes' | 'outcomes' | 'settings' | 'changeSettings'> => ({
  setFaults: (faults) => {
    const given = armFaults(faults, current().nowMs())
    simulation().faults = given
    return { faults: given.length }
  },
  faults: () => faultStatuses(simulation().faults),
  setOutcomes: (outcomes) => {
    const given = parseInput('the list of outcomes', outcomesSchema, outcomes)
    const unknownAt = given.findIndex(({ target }) => !hasTarget(simulation().world.domains, target))
    if (unknownAt >= 0)
      throw new ControlError(
        `[${unknownAt}].target: '${given[unknownAt]?.target}' is not an asset or data source of the catalogue: load it first`,
      )
    current().outcomes = given
    return { outcomes: given.length }
  },
  outcomes: () => simulation().world.outcomes,
  settings: () => simulation().world.settings,
  changeSettings: (changes) => {
    const world = current()
    const { settings, outbox, nowMs } = world
    const changed = parseInput('the change of settings', settingsSchema, { ...settings, ...changes })
    outbox.settle(nowMs())
    simulation().quotas.adjust(changed, nowMs())
    world.settings = changed
    return changed
  },
})

/** Returns what users of the portal do. */
const portalControl = (
  current: Current,
): Pick<
  Control,
  | 'addRevision'
  | 'acceptSuggestions'
  | 'publishAsset'
  | 'unpublishAsset'
  | 'sendAssetEvent'
  | 'transferAsset'
  | 'setDataSourceStatus'
> => ({
  addRevision: (revision) => {
    const { domains, nowMs } = current()
    return addRevision(domains, revision, nowMs())
  },
  acceptSuggestions: (asset) => acceptSuggestions(current(), asset),
  publishAsset: (asset) => publishAsset(current(), asset),
  unpublishAsset: (asset) => unpublishAsset(current(), asset),
  sendAssetEvent: (event) => sendAssetEvent(current(), event),
  transferAsset: (transfer) => transferAsset(current(), transfer),
  setDataSourceStatus: (status) => setDataSourceStatus(current(), status),
})

const runControl = (
  current: Current,
): Pick<Control, 'startScheduledRun' | 'deleteRun' | 'forgetTokens' | 'runs' | 'dataSourceRuns'> => ({
  startScheduledRun: (source) => {
    const world = current()
    return actualDataSourceRun(startScheduledRun(world, source), world.nowMs())
  },
  deleteRun: ({ domainId, runId }) => {
    const { runs: book, sourceRuns: sourceBook, nowMs } = current()
    const isDeleted = book.delete(domainId, runId, nowMs()) || sourceBook.delete(domainId, runId, nowMs())
    if (!isDeleted)
      throw new ControlError(
        `runId: '${runId}' is not a run of domain '${domainId}': GET runs and GET data-source-runs list every run`,
      )
    return { deleted: runId }
  },
  forgetTokens: () => {
    const { tokens, sourceTokens } = current()
    const forgotten = tokens.size + sourceTokens.size
    tokens.clear()
    sourceTokens.clear()
    return { forgotten }
  },
  runs: () => {
    const { runs, nowMs } = current()
    return [...runs.all()].map((run) => actualRun(run, nowMs()))
  },
  dataSourceRuns: () => {
    const { sourceRuns, nowMs } = current()
    return [...sourceRuns.all()].map((run) => actualDataSourceRun(run, nowMs()))
  },
})

const stateControl = (
  current: Current,
  { simulation, replace, clock, setClock }: ControlContext,
): Pick<
  Control,
  'takeEvents' | 'nextEventMs' | 'calls' | 'state' | 'setState' | 'clock' | 'advanceClock'
> => ({
  takeEvents: () => {
    const { outbox, nowMs } = current()
    return outbox.take(nowMs())
  },
  nextEventMs: () => earliest(current().outbox.nextMs(), simulation().late.nextMs()),
  calls: () => simulation().log.read(),
  state: () => {
    current()
    return saveState(simulation(), clock())
  },
  setState: (state) => {
    const restored = restoreState(state, clock)
    setClock(restored.clockMs)
    replace(restored.simulation)
    return { clockMs: restored.clockMs }
  },
  clock: () => ({ clockMs: clock() }),
  advanceClock: (given) => {
    const { advanceMs } = parseInput('the clock', clockSchema, given)
    setClock(clock() + advanceMs)
    current()
    return { clockMs: clock() }
  },
})

/** Creates the control of a simulation. Each function first applies the late effects that are due. */
export const createControl = (context: ControlContext): Control => {
  const { simulation, replace, created, clock } = context
  let loaded: unknown = { domains: [] }
  /** Returns the world after the late effects that are due. */
  const current = (): World => {
    const { late, world } = simulation()
    late.applyDue()
    return world
  }
  return {
    ...settingControl(current, context),
    ...portalControl(current),
    ...runControl(current),
    ...stateControl(current, context),
    loadCatalogue: (catalogue) => {
      const world = current()
      world.domains = parseDomains(catalogue, world.nowMs())
      loaded = structuredClone(catalogue)
      const assets = [...world.domains.values()].reduce((sum, domain) => sum + domain.assets.size, 0)
      return { domains: world.domains.size, assets }
    },
    reset: () => {
      const next = created()
      next.world.domains = parseDomains(loaded, clock())
      replace(next)
      return { domains: next.world.domains.size }
    },
  }
}
