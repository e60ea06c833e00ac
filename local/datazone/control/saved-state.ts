import { parseInput } from '../input/parse-input.ts'
import { createSimulation, type Simulation } from '../simulation.ts'
import type { DataSourceRun } from '../world/data-source-run.ts'
import type { Asset, Domains } from '../world/domains.ts'
import type { MetadataRun } from '../world/metadata-run.ts'
import type { Occurrence } from '../world/service-events.ts'
import type { TokenMemory } from '../world/token-memory.ts'
import { type SavedState, stateSchema } from './state-schema.ts'

/** Returns null for the end of a run that never ends: JSON has no Infinity. */
const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null)
const infinite = (ms: number | null): number => ms ?? Number.POSITIVE_INFINITY

type AnyRun = MetadataRun | DataSourceRun

const keyOf = ({ domainId, id }: AnyRun) => ({ domainId, runId: id })

const savedTokens = <R, Answer>(memory: TokenMemory<R>, answerOf: (run: R) => Answer) =>
  [...memory].map(([key, { request, run, atMs }]) => ({ key, request, atMs, answer: answerOf(run) }))

const savedAsset = (asset: Asset) => {
  const { first: _first, latest: _latest, revisions, rejected, forms, ...rest } = asset
  return {
    ...rest,
    forms: [...forms],
    revisions: [...revisions.values()].map(({ glossaryTerms, ...revision }) => ({
      ...revision,
      glossaryTerms: glossaryTerms && [...glossaryTerms],
    })),
    rejected: [...rejected],
  }
}

const savedDomains = (domains: Domains) =>
  [...domains].map(([id, { projects, assets, dataSources, ...rest }]) => ({
    id,
    ...rest,
    projects: [...projects.values()],
    assets: [...assets.values()].map(savedAsset),
    dataSources: [...dataSources.values()],
  }))

const savedRun = (run: MetadataRun) => ({
  ...run,
  plan: { ...run.plan, endsAtMs: finite(run.plan.endsAtMs) },
})

const savedSourceRun = ({ plan, ...run }: DataSourceRun) => ({
  ...run,
  plan: { ...plan, endsAtMs: finite(plan.endsAtMs), lineageEndsAtMs: finite(plan.lineageEndsAtMs) },
})

const savedOccurrence = (occurrence: Occurrence) =>
  'run' in occurrence ? { kind: occurrence.kind, ...keyOf(occurrence.run) } : occurrence

/** Returns everything that a simulation remembers, with the time of its clock, as JSON for `restoreState`. */
export const saveState = ({ world, late, quotas, log, faults }: Simulation, clockMs: number): SavedState => {
  const { occurrences, events } = world.outbox.pending()
  const same = <Answer>(answer: Answer): Answer => answer
  const state = {
    version: 1,
    seed: world.seed,
    clockMs,
    settings: world.settings,
    domains: savedDomains(world.domains),
    outcomes: world.outcomes,
    faults: {
      set: faults.map(({ endsAtMs: _endsAtMs, seen: _seen, hits: _hits, ...fault }) => fault),
      progress: faults.map(({ endsAtMs, seen, hits }) => ({ endsAtMs: finite(endsAtMs), seen, hits })),
    },
    runs: [...world.runs.all()].map(savedRun),
    sourceRuns: [...world.sourceRuns.all()].map(savedSourceRun),
    tokens: savedTokens(world.tokens, keyOf),
    sourceTokens: savedTokens(world.sourceTokens, keyOf),
    changeTokens: {
      accepted: savedTokens(world.changeTokens.accepted, same),
      rejected: savedTokens(world.changeTokens.rejected, same),
      listed: savedTokens(world.changeTokens.listed, same),
    },
    usage: Object.fromEntries(world.usage),
    occurrences: occurrences.map(({ dueAtMs, item }) => ({ dueAtMs, occurrence: savedOccurrence(item) })),
    events,
    lateEffects: late.waiting().map(({ dueAtMs, item }) => ({ dueAtMs, call: item })),
    rates: quotas.levels(),
    calls: log.read(),
  }
  // Through JSON, so that a saved state shares no object with the running simulation.
  return stateSchema.parse(JSON.parse(JSON.stringify(state)))
}

type ParsedState = ReturnType<typeof stateSchema.parse>

const restoredAsset = (given: ParsedState['domains'][number]['assets'][number]): Asset => {
  const { revisions, rejected, externalIdentifier, listing, transfer, ...rest } = given
  const restored = revisions.map(({ businessName, description, glossaryTerms, ...revision }) => ({
    ...revision,
    businessName,
    description,
    glossaryTerms,
  }))
  const [first, latest] = [restored[0], restored.at(-1)]
  if (first === undefined || latest === undefined) throw new Error(`asset ${given.id} has no revision`)
  return {
    ...rest,
    externalIdentifier,
    listing,
    transfer,
    first,
    latest,
    revisions: new Map(restored.map((revision) => [revision.revision, revision])),
    rejected: new Set(rejected),
  }
}

const restoredDomains = ({ domains }: ParsedState): Domains =>
  new Map(
    domains.map(({ id, projects, assets, dataSources, ...rest }) => [
      id,
      {
        ...rest,
        projects: new Map(projects.map((project) => [project.id, project])),
        assets: new Map(assets.map((asset) => [asset.id, restoredAsset(asset)])),
        dataSources: new Map(dataSources.map((source) => [source.id, source])),
      },
    ]),
  )

type Tokens<Answer> = readonly { key: string; request: string; atMs: number; answer: Answer }[]

const restoreTokens = <R, Answer>(
  memory: TokenMemory<R>,
  saved: Tokens<Answer>,
  runOf: (answer: Answer) => R | undefined,
): void => {
  for (const { key, request, atMs, answer } of saved) {
    const run = runOf(answer)
    if (run !== undefined) memory.set(key, { request, run, atMs })
  }
}

const restoreRuns = ({ world }: Simulation, state: ParsedState) => {
  const byKey = { runs: new Map<string, MetadataRun>(), sourceRuns: new Map<string, DataSourceRun>() }
  for (const { plan, clientToken, deletedAtMs, ...rest } of state.runs) {
    const run = { ...rest, clientToken, plan: { ...plan, endsAtMs: infinite(plan.endsAtMs) } }
    byKey.runs.set(`${run.domainId}/${run.id}`, run)
    world.runs.add(run)
    if (deletedAtMs !== undefined) world.runs.delete(run.domainId, run.id, deletedAtMs)
  }
  for (const { plan, clientToken, deletedAtMs, ...rest } of state.sourceRuns) {
    const { endsAtMs, lineageEndsAtMs, error } = plan
    const ends = { endsAtMs: infinite(endsAtMs), lineageEndsAtMs: infinite(lineageEndsAtMs) }
    const run = { ...rest, clientToken, plan: { ...plan, error, ...ends } }
    byKey.sourceRuns.set(`${run.domainId}/${run.id}`, run)
    world.sourceRuns.add(run)
    if (deletedAtMs !== undefined) world.sourceRuns.delete(run.domainId, run.id, deletedAtMs)
  }
  return byKey
}

type RunsByKey = ReturnType<typeof restoreRuns>

const restoredOccurrence = (
  saved: ParsedState['occurrences'][number]['occurrence'],
  { runs, sourceRuns }: RunsByKey,
): Occurrence | undefined => {
  if (!('runId' in saved)) return saved
  const { kind, domainId, runId } = saved
  if (kind === 'runEnded') {
    const run = runs.get(`${domainId}/${runId}`)
    return run && { kind, run }
  }
  const run = sourceRuns.get(`${domainId}/${runId}`)
  return run && { kind, run }
}

/**
 * Returns a simulation that continues from a saved state, on this clock, and the time at which the state was saved.
 * Throws ControlError, which names each wrong field.
 */
export const restoreState = (
  given: unknown,
  clock: () => number,
): { simulation: Simulation; clockMs: number } => {
  const state = parseInput('the state', stateSchema, given)
  const starts = state.calls.starts.map(({ runId, ...start }) => ({ ...start, runId }))
  const simulation = createSimulation(state.seed, state.settings, clock, { ...state.calls, starts })
  const { world, late, quotas } = simulation
  world.domains = restoredDomains(state)
  world.outcomes = state.outcomes
  simulation.faults = state.faults.set.map((fault, index) => {
    const { endsAtMs = null, seen = 0, hits = 0 } = state.faults.progress[index] ?? {}
    return { ...fault, endsAtMs: infinite(endsAtMs), seen, hits }
  })
  const byKey = restoreRuns(simulation, state)
  const { tokens, sourceTokens, changeTokens } = world
  restoreTokens(tokens, state.tokens, (key) => byKey.runs.get(`${key.domainId}/${key.runId}`))
  restoreTokens(sourceTokens, state.sourceTokens, (key) =>
    byKey.sourceRuns.get(`${key.domainId}/${key.runId}`),
  )
  restoreTokens(changeTokens.accepted, state.changeTokens.accepted, (answer) => answer)
  restoreTokens(changeTokens.rejected, state.changeTokens.rejected, (answer) => answer)
  restoreTokens(changeTokens.listed, state.changeTokens.listed, (answer) => answer)
  for (const [key, used] of Object.entries(state.usage)) world.usage.set(key, used)
  world.outbox.restore({
    occurrences: state.occurrences.flatMap(({ dueAtMs, occurrence }) => {
      const item = restoredOccurrence(occurrence, byKey)
      return item === undefined ? [] : [{ dueAtMs, item }]
    }),
    events: state.events,
  })
  for (const { dueAtMs, call } of state.lateEffects)
    late.add(dueAtMs, { operation: call.operation, input: call.input, accessKeyId: call.accessKeyId })
  quotas.setLevels(state.rates)
  return { simulation, clockMs: state.clockMs }
}
