import type { Fault } from '../../local/datazone/calls/fault-schema.ts'
import type { DataZone } from '../../local/datazone/datazone.ts'
import type { Environment } from './environment.ts'
import type { Outside } from './outside.ts'
import { ancientItem, damagedItem, newerVersion, plantedItem, plantedRecords } from './planted-items.ts'
import type { SimulatedBreakers } from './ports/breakers.ts'
import type { VirtualTime } from './ports/clock.ts'
import type { SimulatedQueue } from './ports/queue.ts'
import type { SimulatedTable } from './ports/run-store.ts'
import type { Item } from './ports/stored-item.ts'
import type { SimulatedSwitches } from './ports/switches.ts'
import type { Program } from './program.ts'
import type { Action } from './program-action.ts'
import { portalTypes, type RefusalSpan, refusalFaults } from './refusals.ts'

/** The parts of a world that a program acts on. */
export interface Stage {
  readonly time: VirtualTime
  readonly program: Program
  /** DataZone without a watch on it, for what other callers do there. */
  readonly datazone: DataZone
  /** DataZone whose events become hints. */
  readonly hinting: DataZone
  readonly table: SimulatedTable
  readonly breakers: SimulatedBreakers
  readonly switches: SimulatedSwitches
  readonly requests: SimulatedQueue
  readonly deadLetters: SimulatedQueue
  readonly environment: Environment
  /** The faults of DataZone during service errors. */
  readonly serviceErrors: readonly Fault[]
  /** The faults of DataZone from the beginning of the world to its end. */
  readonly lastingFaults: readonly Fault[]
  readonly sendHint: (body: string) => void
  /** Begins or ends the trial. */
  readonly turnTrial: () => void
  /** Counts a fault by its kind. */
  readonly count: (kind: string) => void
}

/** What the checker needs to know of the performed actions. */
type Done = Pick<
  Outside,
  'sent' | 'modes' | 'revisions' | 'pauses' | 'forgotten' | 'expired' | 'refusalSpans' | 'overwritten'
> & { readonly isPlanted: (item: Item) => boolean }

/** Performs the actions of a program and records them for the checker. */
export interface Performer {
  perform(action: Action): void
  /** Ends the storm: DataZone has no service errors any more, and the mode is `run`. */
  calm(): void
  /** Returns the current span of refusals, if there is one. */
  refusalSpan(): RefusalSpan | undefined
  done(): Done
}

export const performActions = (stage: Stage): Performer => {
  const { time, program, datazone, hinting, table, breakers, switches, requests, environment, count } = stage
  const forgotten = new Set<string>()
  const sent: Outside['sent'][number][] = []
  const modes: Outside['modes'][number][] = [{ mode: 'run', fromMs: program.startMs }]
  const pauses: { scope: string; fromMs: number; untilMs: number }[] = []
  const expired: Item[] = []
  const planted = plantedRecords(table)
  let overwritten: readonly string[] = []
  const revisions = new Map<string, { revision: string; fromMs: number; schema: string }[]>()
  for (const { assets } of program.catalogue.domains) {
    for (const { id } of assets)
      revisions.set(id, [{ revision: '1', fromMs: program.startMs, schema: 'first' }])
  }
  const noteRevision = (assetId: string, revision: string, newColumn?: string) => {
    const known = revisions.get(assetId)
    const schema = newColumn ?? known?.at(-1)?.schema ?? 'first'
    known?.push({ revision, fromMs: time.now(), schema })
  }

  const addRevision = ({ domainId, assetId, newColumn }: Extract<Action, { kind: 'revise' }>) => {
    const columns = newColumn === undefined ? {} : { columns: [{ name: newColumn, dataType: 'string' }] }
    const { revision } = datazone.control.addRevision({ domainId, assetId, ...columns })
    noteRevision(assetId, revision, newColumn)
  }

  const setMode = (mode: 'off' | 'plan' | 'run') => {
    environment.deploy(mode)
    modes.push({ mode, fromMs: time.now() })
  }

  const setPause = (scope: string, paused: boolean) => {
    switches.set(scope, paused)
    const last = pauses.at(-1)
    if (paused) pauses.push({ scope, fromMs: time.now(), untilMs: Number.POSITIVE_INFINITY })
    else if (last !== undefined) last.untilMs = time.now()
  }

  let serviceErrors: readonly Fault[] = []
  let refusals: readonly Fault[] = []
  const namedFaults = new Map<string, readonly Fault[]>()
  const unreadableRuns: Fault[] = []
  /** The first fault that matches a call applies, so faults that match every call come last. */
  const setFaults = () =>
    void datazone.control.setFaults([
      ...[...namedFaults.values()].flat(),
      ...refusals,
      ...serviceErrors,
      ...stage.lastingFaults,
      ...unreadableRuns,
    ])
  setFaults()

  const refusalSpans: RefusalSpan[] = []
  let refusalSpan: RefusalSpan | undefined
  const refuse = ({ error, lists = false }: Extract<Action, { kind: 'refuse' }>) => {
    if (refusalSpan !== undefined) refusalSpan.untilMs = time.now()
    // An operator closes the breaker when the quota is raised. When the month turns, no operator acts.
    if (error === undefined && program.quotaEnds === 'early') breakers.clear('QUOTA_EXCEEDED')
    const untilMs = Number.POSITIVE_INFINITY
    refusalSpan = error === undefined ? undefined : { error, fromMs: time.now(), untilMs, calls: [] }
    if (refusalSpan !== undefined) refusalSpans.push(refusalSpan)
    refusals = error === undefined ? [] : refusalFaults(error, lists)
    setFaults()
  }

  const startForeignRun = ({ domainId, dataSourceId, type }: Extract<Action, { kind: 'foreign-run' }>) => {
    try {
      hinting.control.startScheduledRun({ domainId, dataSourceId, type })
      count('foreign run')
    } catch {
      // DataZone skips a scheduled run while another run is active, and once the day is full.
    }
  }

  const forget = (assetIds: readonly string[]) => {
    for (const { id, assetId, domainId } of datazone.control.runs()) {
      if (!assetIds.includes(assetId)) continue
      datazone.control.deleteRun({ domainId, runId: id })
      forgotten.add(id)
      count('forgotten run')
    }
  }

  const expire = () => {
    const before = table.items()
    table.expire()
    const left = new Set(table.items())
    expired.push(...before.filter((item) => !left.has(item)))
  }

  const startInPortal = ({ domainId, assetId, isUnreadable }: Extract<Action, { kind: 'portal-start' }>) => {
    const started = datazone.call('StartMetadataGenerationRun', {
      domainIdentifier: domainId,
      owningProjectIdentifier: 'project1',
      target: { type: 'ASSET', identifier: assetId },
      types: portalTypes,
      clientToken: `portal-${time.now()}`,
    })
    if (started.outcome === 'error' || isUnreadable !== true) return
    const { id } = started.output
    const operation = 'ListMetadataGenerationRuns'
    unreadableRuns.push({ kind: 'unreadable', fields: { createdAt: 'around noon' }, operation, id })
    setFaults()
    count('unreadable run')
  }

  const perform = (action: Action) => {
    switch (action.kind) {
      case 'send': {
        const { kind: _, ...message } = action
        sent.push({ atMs: time.now(), ...message })
        requests.send(action.body)
        return
      }
      case 'revise':
        addRevision(action)
        return
      case 'portal-start':
        startInPortal(action)
        return
      case 'transfer': {
        const { domainId, assetId, durationMs } = action
        datazone.control.transferAsset({ domainId, assetId, durationMs, targetProjectId: 'project2' })
        count('ownership transfer')
        return
      }
      case 'source-status': {
        const { kind: _, ...status } = action
        datazone.control.setDataSourceStatus(status)
        count('source status')
        return
      }
      case 'faults':
        namedFaults.set(action.name, action.faults)
        setFaults()
        return
      case 'service':
        serviceErrors = action.errors ? stage.serviceErrors : []
        setFaults()
        return
      case 'refuse':
        refuse(action)
        return
      case 'mode':
        setMode(action.mode)
        return
      case 'switch':
        setPause(action.scope, action.paused)
        return
      case 'plant-newer':
        planted.plant(
          plantedItem(action.domainId, action.assetId, time.now(), newerVersion),
          plantedItem(action.domainId, action.assetId, time.now(), 1),
        )
        return
      case 'plant-damaged':
        planted.plant(damagedItem(action.domainId, action.assetId, time.now()))
        return
      case 'hint':
        stage.sendHint(action.body)
        return
      case 'foreign-run':
        startForeignRun(action)
        return
      case 'accept': {
        const { domainId, assetId } = action
        noteRevision(assetId, hinting.control.acceptSuggestions({ domainId, assetId }).revision)
        count('acceptance')
        return
      }
      case 'plant-ancient':
        table.plant(ancientItem(action.domainId, action.assetId, time.now()))
        return
      case 'expire':
        expire()
        return
      case 'limit': {
        const { startRatePerSecond, startBucket } = action
        datazone.control.changeSettings({ startRatePerSecond, startBucket })
        return
      }
      case 'run-forever':
        datazone.control.setOutcomes(action.assetIds.map((target) => ({ target, outcome: 'stuck' })))
        return
      case 'forget-runs':
        forget(action.assetIds)
        return
      case 'trial':
        stage.turnTrial()
        return
      case 'redrive':
        // From now on the deployment can read the planted records.
        overwritten = planted.overwritten()
        planted.upgrade()
        stage.deadLetters.redriveTo(requests)
        return
      default:
        action satisfies never
    }
  }

  return {
    perform,
    calm: () => {
      setMode('run')
      serviceErrors = []
      setFaults()
    },
    refusalSpan: () => refusalSpan,
    done: () => ({
      sent,
      modes,
      revisions,
      pauses,
      forgotten,
      expired,
      refusalSpans,
      overwritten,
      isPlanted: planted.has,
    }),
  }
}
