import type { Catalogue } from '../../local/datazone/input/catalogue.ts'
import { type Burst, burstActions, drawBursts } from './bursts.ts'
import { drawCancels, drawCancelsOfHeld } from './cancels.ts'
import { catalogChanges } from './catalog-changes.ts'
import { contentionActions } from './contention.ts'
import { drawUnlistedEvents, publishEvent, varyRequestTimes } from './event-shapes.ts'
import { expiryActions } from './expiry-actions.ts'
import { drawForeignActions } from './foreign-actions.ts'
import { drawStartMs } from './initial-state.ts'
import { lostAnswerActions } from './lost-answers.ts'
import { lostRunActions } from './lost-runs.ts'
import type { Random } from './ports/random.ts'
import type { Action, SentRequest } from './program-action.ts'
import { drawBackfill } from './program-backfill.ts'
import { catalogueOf } from './program-catalogue.ts'
import { drawRefusals, type QuotaEnd } from './refusals.ts'
import { refusedListActions } from './refused-lists.ts'
import type { Scenario } from './scenario.ts'
import { sendSourceRequest } from './send-request.ts'
import { malformedBodies, strangeHints } from './strange-bodies.ts'
import { drawTrial, type Trial, trialActions } from './trials.ts'
import { domainId, projectId, sourceId } from './world-ids.ts'

export interface Program {
  readonly catalogue: Catalogue
  readonly actions: readonly { readonly atMs: number; readonly action: Action }[]
  readonly bursts: readonly Burst[]
  /** When the world begins, in ms since the epoch. */
  readonly startMs: number
  /** When the storm ends and its faults stop, in ms from the start. */
  readonly stormMs: number
  /** How a full quota ends: it is raised, or the month turns. Undefined: no quota is full. */
  readonly quotaEnds: QuotaEnd | undefined
  /** How many runs of a data source DataZone allows a day. */
  readonly runsPerDay: number
  /** Ids of asset events whose trigger the policy does not list. */
  readonly unlistedEvents: ReadonlySet<string>
  /** The trial in the calm. Most seeds have none. */
  readonly trial: Trial | undefined
}

const minute = 60_000
/**
 * In some seeds the operator redrives one to three times this late: later than a request may wait, and late enough for an
 * unreadable one to become a dead letter.
 */
const hoursAwayMs = 6 * 60 * minute

/** Without types, the policy decides. */
const typeChoices: readonly { types?: readonly string[]; sets?: readonly (readonly string[])[] }[] = [
  {},
  { types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'], sets: [['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES']] },
  {
    types: ['BUSINESS_GLOSSARY_ASSOCIATIONS', 'BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'],
    sets: [['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'], ['BUSINESS_GLOSSARY_ASSOCIATIONS']],
  },
]

/** Returns each body several times, once or not at all. */
const someOf = (bodies: readonly string[], random: Random): readonly string[] =>
  bodies.flatMap((body) => {
    const chosen: string[] = []
    while (random.chance(0.12)) chosen.push(body)
    return chosen
  })

/** Few, so that days are full. The runs that a program requests fit into two days. */
const sourceRunsPerDay = 3

/** Draws the loads for which the data source runs, in one seed of seven. */
const drawTriggers = (random: Random, anyTime: () => number) => {
  const triggers: { atMs: number; triggerKey: string }[] = []
  const loads = random.chance(0.15) ? random.whole(1, 2 * sourceRunsPerDay - 1) : 0
  for (let load = 1; load <= loads; load += 1) {
    const atMs = anyTime()
    triggers.push({ atMs, triggerKey: `load-${load}` })
    // Another request, for the same load or a later one, races for the data source.
    const rival = { atMs: atMs + random.whole(0, 300), triggerKey: `load-${random.whole(load, loads)}` }
    if (random.chance(0.3)) triggers.push(rival)
  }
  return triggers
}

/** Draws times of service errors, a deployment in another mode, and a pause. */
const drawDisturbances = (random: Random, stormMs: number, at: (atMs: number, action: Action) => void) => {
  const anyTime = () => random.whole(0, stormMs)
  for (let left = random.whole(0, 2); left > 0; left -= 1) {
    const atMs = anyTime()
    at(atMs, { kind: 'service', errors: true })
    at(Math.min(stormMs, atMs + random.whole(1, 10) * minute), { kind: 'service', errors: false })
  }
  if (random.chance(0.2)) {
    const atMs = anyTime()
    at(atMs, { kind: 'mode', mode: random.pick(['plan', 'off'] as const) })
    at(Math.min(stormMs, atMs + random.whole(1, 10) * minute), { kind: 'mode', mode: 'run' })
  }
  if (random.chance(0.4)) {
    const atMs = anyTime()
    const scope = random.pick([domainId, projectId])
    at(atMs, { kind: 'switch', scope, paused: true })
    at(Math.min(stormMs, atMs + random.whole(1, 15) * minute), { kind: 'switch', scope, paused: false })
  }
}

/**
 * Draws the length of a storm. Most are short, because minutes without a request only repeat the sweeps. One in seven is long
 * enough for breakers to be probed and for DataZone to forget a token.
 */
const drawStormMs = (random: Random): number =>
  (random.chance(0.15) ? random.whole(18, 26) : random.whole(2, 6)) * minute

/**
 * Draws the program of a seed: a few assets, a storm, and something for a few of the promises. Programs are small and differ
 * in what they hold, because small worlds show a defect in fewer steps than large ones (ADR 217).
 */
export const writeProgram = (random: Random, scenario: Scenario): Program => {
  const assets = Array.from({ length: random.whole(1, 2) }, (_, index) => `asset${index + 1}`)
  const stormMs = drawStormMs(random)
  // A burst that a full cap holds back would say nothing about the pace.
  const bursts = scenario.caps.length > 0 ? [] : drawBursts(random.fork('crowds'), stormMs)
  const catalogue = catalogueOf([...assets, ...bursts.flatMap((burst) => burst.assets)])
  const actions: { atMs: number; action: Action }[] = []
  const at = (atMs: number, action: Action) => actions.push({ atMs, action })
  const anyTime = () => random.whole(0, stormMs)
  const repeatedly = (atMs: number, action: Action) => {
    at(atMs, action)
    while (random.chance(0.2)) at(random.whole(atMs, Math.max(atMs, stormMs)), action)
  }
  let count = 0
  const name = (what: string) => {
    count += 1
    return `${what}-${count}`
  }

  const shapes = random.fork('shapes of events')
  const published = (assetId: string): Action => {
    const id = name('event')
    const request: SentRequest = {
      id,
      domainId,
      assetId,
      sets: scenario.sets,
      regenerate: false,
      published: true,
    }
    return { kind: 'send', body: publishEvent(id, assetId, shapes), request }
  }
  const publish = (atMs: number, assetId: string) => repeatedly(atMs, published(assetId))
  const ask = (atMs: number, assetId: string, project = projectId) => {
    const id = name('request')
    const { types, sets = scenario.sets } = random.pick(typeChoices)
    const regenerate = random.chance(0.25)
    const revision = random.chance(0.4) ? '1' : undefined
    const body = {
      version: 1,
      requestId: id,
      kind: 'METADATA_GENERATION',
      domainId,
      projectId: project,
      asset: { id: assetId, ...(revision === undefined ? {} : { revision }) },
      ...(types === undefined ? {} : { types }),
      ...(regenerate ? { regenerate } : {}),
    }
    const request: SentRequest = {
      id,
      domainId,
      assetId,
      sets,
      regenerate,
      published: false,
      ...(revision === undefined ? {} : { revision }),
    }
    repeatedly(atMs, { kind: 'send', body: JSON.stringify(body), request })
  }

  const askSource = (atMs: number, triggerKey: string) =>
    repeatedly(
      atMs,
      sendSourceRequest(
        { domainId, projectId },
        { id: name('source-request'), dataSourceId: sourceId, triggerKey },
      ),
    )

  const schemas = random.fork('schemas')
  const revise = (assetId: string): Action => ({
    kind: 'revise',
    domainId,
    assetId,
    ...(schemas.chance(0.3) ? { newColumn: `column-${schemas.whole(1, 1_000_000)}` } : {}),
  })

  for (const assetId of assets) publish(random.whole(0, 5_000), assetId)
  if (random.whole(0, 1) === 1) {
    const atMs = anyTime()
    const assetId = random.pick(assets)
    ask(atMs, assetId)
    // Several requests at once for one asset race for its claim.
    while (random.chance(0.5)) ask(atMs + random.whole(0, 300), assetId)
  }
  if (random.whole(0, 1) === 1) {
    const atMs = anyTime()
    const assetId = random.pick(assets)
    at(atMs, revise(assetId))
    publish(Math.min(stormMs, atMs + random.whole(1, 2_000)), assetId)
  }
  const triggers = drawTriggers(random, anyTime)
  triggers.forEach(({ atMs, triggerKey }) => {
    askSource(atMs, triggerKey)
  })
  if (random.chance(0.15)) ask(anyTime(), 'unsupported')
  if (random.chance(0.15)) ask(anyTime(), 'absent')
  if (random.chance(0.1)) ask(anyTime(), random.pick(assets), 'project2')
  for (const body of malformedBodies) if (random.chance(0.08)) repeatedly(anyTime(), { kind: 'send', body })
  drawDisturbances(random, stormMs, at)
  if (random.chance(0.1)) at(anyTime(), { kind: 'plant-newer', domainId, assetId: random.pick(assets) })
  if (random.chance(0.1)) at(anyTime(), { kind: 'plant-damaged', domainId, assetId: 'untouched' })
  // In the calm nothing excuses a late ending, not even a race.
  if (random.whole(0, 1) === 1) {
    const atMs = stormMs + 60 * minute + random.whole(0, 20 * minute)
    const assetId = random.pick(assets)
    at(atMs, revise(assetId))
    publish(atMs + 1_000, assetId)
    for (let repeats = random.whole(0, 2); repeats > 0; repeats -= 1)
      ask(atMs + random.whole(1_000, 1_500), assetId)
  }
  someOf(strangeHints(random.pick(assets), { domainId, sourceId }), random).forEach((body) => {
    at(anyTime(), { kind: 'hint', body })
  })
  const foreign = drawForeignActions(random.fork('others'), { stormMs, domainId, sourceId, assets })
  foreign.actions.forEach(({ atMs, action }) => {
    at(atMs, action)
  })
  foreign.triggers.forEach(({ atMs, triggerKey }) => {
    askSource(atMs, triggerKey)
  })
  foreign.publications.forEach(({ atMs, assetId }) => {
    publish(atMs, assetId)
  })
  actions.push(...drawBackfill(random.fork('backfill'), { domainId, projectId, stormMs }, scenario))
  const refusals = drawRefusals(random.fork('refusals'), stormMs, domainId, assets)
  const startMs = drawStartMs(random.fork('turn'), {
    turnInStorm: scenario.caps.length > 0 && triggers.length === 0 && refusals.quotaEnds === undefined,
    turnMonth: refusals.quotaEnds !== 'early',
  })
  const place = { sourceId, startMs }
  const known = [...actions, ...refusals.actions]
  const cancels = [
    ...drawCancels(random.fork('cancels'), actions, place),
    ...drawCancelsOfHeld(random.fork('cancels of held'), known, place),
  ]
  cancels.forEach(({ atMs, ...sent }) => {
    at(atMs, { kind: 'send', ...sent })
  })
  const lateMs = random.chance(0.06) ? random.whole(1, 3) * hoursAwayMs : 0
  at(stormMs + lateMs, { kind: 'redrive' })
  actions.push(...refusals.actions)
  actions.push(...burstActions(bursts, published))
  const trial = drawTrial(random.fork('trial'), stormMs, scenario)
  actions.push(...trialActions(random.fork('trial actions'), trial, { domainId, projectId }, published))
  // A full cap would hold back the requests that are to race, and the runs that are never to end.
  if (scenario.caps.length === 0) {
    actions.push(...contentionActions(random.fork('throng'), { domainId, projectId, stormMs }, published))
    actions.push(...lostRunActions(random.fork('gone'), { domainId, projectId, stormMs }))
    actions.push(...lostAnswerActions(random.fork('lost answers'), { domainId, stormMs }, published))
    actions.push(
      ...catalogChanges(random.fork('catalog changes'), scenario, { domainId, projectId, stormMs, startMs }),
    )
    actions.push(...refusedListActions(random.fork('refused lists'), { stormMs }, published))
  }
  actions.push(...expiryActions(random.fork('expiry'), { domainId, projectId }, stormMs, startMs))
  const unlisted = drawUnlistedEvents(shapes, [...assets, 'unpublished'], stormMs)
  actions.push(...unlisted.actions)
  varyRequestTimes(random.fork('request times'), actions, startMs)
  actions.sort((left, right) => left.atMs - right.atMs)
  return {
    unlistedEvents: unlisted.ids,
    trial,
    catalogue,
    bursts,
    actions,
    startMs,
    stormMs,
    quotaEnds: refusals.quotaEnds,
    // Foreign runs must not push the requested ones beyond the days of the world.
    runsPerDay:
      sourceRunsPerDay +
      foreign.actions.filter(({ action }) => action.kind === 'foreign-run').length +
      foreign.triggers.length,
  }
}
