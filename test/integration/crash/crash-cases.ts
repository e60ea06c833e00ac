import { expect } from 'vitest'
import type { TapPoint } from '../../../local/servers/tap-rules.ts'
import type { LocalSystem } from '../../support/local-system.ts'
import type { EventDetail, StoredRecord } from '../../support/outside-view.ts'
import { publishedEvent, runRequest } from '../../support/requests.ts'
import { type CrashPoint, crashPoints, terminalEntries } from './crash-points.ts'

/** One way for a worker to die, with its own two assets: one is published, the other is requested twice. */
export interface CrashCase {
  readonly name: string
  readonly point: CrashPoint
  readonly when: 'before' | 'after'
  /** Whether the answer to the first Start of each asset is lost after its effect. */
  readonly lost: boolean
  readonly published: string
  readonly requested: string
}

/** Every case: the worker dies before and after each step, with the first answer of Start kept and lost. */
export const crashCases: readonly CrashCase[] = crashPoints.flatMap((point, index) =>
  (['before', 'after'] as const).flatMap((when) =>
    [false, true].map((lost) => {
      const id = `${index}-${when}-${lost ? 'lost' : 'kept'}`
      const answer = `the first answer of Start ${lost ? 'is lost' : 'arrives'}`
      const name = `keeps the promises if it dies ${when} ${point.step} and ${answer}`
      return { name, point, when, lost, published: `published-${id}`, requested: `requested-${id}` }
    }),
  ),
)

export const assetsOf = (cases: readonly CrashCase[]) =>
  cases.flatMap(({ published, requested }) => [{ id: published }, { id: requested }])

/** The tap of a case and the environment that it killed. */
interface CrashTrace {
  readonly tap: TapPoint
  /** Undefined until an environment was killed. */
  environmentId: string | undefined
}

const arm = ({ stack }: LocalSystem, { point, when, published, requested }: CrashCase): CrashTrace => {
  const trace: { tap?: TapPoint; environmentId: string | undefined } = { environmentId: undefined }
  const tap = stack.tap({
    service: point.service,
    when,
    action: 'crash',
    match: (request) => {
      const here = point.assetsAt(request).some((assetId) => assetId === published || assetId === requested)
      if (here) trace.environmentId = request.environmentId
      return here
    },
  })
  return Object.assign(trace, { tap })
}

/**
 * P3: reads the table just before a terminal event reaches the bus. Returns the events that came before their record.
 */
const watchTableFirst = ({ stack, recordsOf }: LocalSystem): readonly string[] => {
  const early: string[] = []
  stack.tap({
    service: 'eventbridge',
    when: 'before',
    times: Number.POSITIVE_INFINITY,
    match: (request) => terminalEntries(request).length > 0,
    action: async (request) => {
      for (const { assetId, DetailType } of terminalEntries(request)) {
        const records = await recordsOf(assetId)
        const isEnded = records.some(
          ({ state, ending = '' }) =>
            state === 'ENDED' && DetailType.toUpperCase().endsWith(ending.replaceAll('_', ' ')),
        )
        if (!isEnded) early.push(`${DetailType} of ${assetId}, table: ${JSON.stringify(records)}`)
      }
    },
  })
  return early
}

const bodiesOf = ({ published, requested }: CrashCase) => ({
  event: publishedEvent(published),
  request: runRequest(requested),
})

const deliver = async ({ stack, send }: LocalSystem, cases: readonly CrashCase[], requestTimes: number) => {
  for (const { event, request } of cases.map(bodiesOf)) {
    stack.publishServiceEvent(event)
    for (let times = 0; times < requestTimes; times += 1) await send(request)
  }
}

/** What the checks need, read once after all cases have ended. */
export interface Aftermath {
  readonly traces: ReadonlyMap<CrashCase, CrashTrace>
  /** P3 violations. */
  readonly earlyEvents: readonly string[]
  readonly records: readonly StoredRecord[]
  readonly endings: readonly EventDetail[]
  readonly deadLetters: readonly string[]
  /** The records and the number of events after every request was delivered once more. */
  readonly afterRedelivery: { readonly records: readonly StoredRecord[]; readonly endings: number }
}

/**
 * Plays all cases on one system at once. Each crash is tied to its own assets, so the cases do not affect each other.
 * Sweeps until each record is ended and announced, and then delivers every request once more.
 */
export const playCrashes = async (system: LocalSystem, cases: readonly CrashCase[]): Promise<Aftermath> => {
  system.control.setFaults(
    cases
      .filter(({ lost }) => lost)
      .flatMap(({ published, requested }) => [published, requested])
      .map((target) => ({
        kind: 'lostAnswer',
        operation: 'StartMetadataGenerationRun',
        target,
        times: 1,
      })),
  )
  // Only the first matching rule acts on a call, so the crashes come first.
  const traces = new Map(cases.map((one) => [one, arm(system, one)]))
  const earlyEvents = watchTableFirst(system)
  await deliver(system, cases, 2)
  const assets = assetsOf(cases)
  await system
    .sweepUntil(async () => {
      const records = await system.records()
      const announced = records.filter(({ announcedAtMs }) => announcedAtMs !== undefined)
      expect(announced).toHaveLength(assets.length)
    })
    // A time-out is not reported here: the checks of each case report what is missing.
    .catch(() => undefined)
  await system.untilIdle()
  const records = await system.records()
  const endings = system.endings()
  await deliver(system, cases, 1)
  await system.untilIdle()
  await system.stack.sweepNow()
  return {
    traces,
    earlyEvents,
    records,
    endings,
    deadLetters: await system.deadLetters(),
    afterRedelivery: { records: await system.records(), endings: system.endings().length },
  }
}

/** Checks the promises for one case. */
export const checkCase = (system: LocalSystem, aftermath: Aftermath, one: CrashCase): void => {
  const { traces, earlyEvents, records, endings, deadLetters, afterRedelivery } = aftermath
  const { published, requested } = one
  const trace = traces.get(one)
  expect(trace?.tap.hits(), 'the worker crashed once').toBe(1)
  const killed = system.lines.filter(
    ({ line, source }) => line.includes('signal: killed') && source.endsWith(` ${trace?.environmentId}`),
  )
  expect(killed, 'the environment of the worker was killed').toHaveLength(1)

  for (const assetId of [published, requested]) {
    const runs = system.runsOf(assetId)
    expect(runs, 'P1: DataZone has one run').toHaveLength(1)
    const own = records.filter((record) => record.assetId === assetId)
    expect(own, 'P2: the table has one record, ended and announced').toMatchObject([
      {
        state: 'ENDED',
        ending: runs[0]?.ending,
        runId: runs[0]?.id,
        attempt: 1,
        announcedAtMs: expect.any(Number),
      },
    ])
    const events = endings.filter(({ data }) => data.asset?.id === assetId)
    expect(events.length, 'P2: the bus has a terminal event').toBeGreaterThan(0)
    for (const { data } of events) expect(data).toMatchObject({ status: runs[0]?.ending, runId: runs[0]?.id })
    expect(
      new Set(events.map(({ metadata }) => metadata.id)).size,
      'P4: all events of the ending have one id',
    ).toBe(1)
    expect(
      earlyEvents.filter((text) => text.includes(`of ${assetId},`)),
      'P3: no event came before its record',
    ).toEqual([])
    expect(
      afterRedelivery.records.filter((record) => record.assetId === assetId),
      'a redelivered request changes nothing',
    ).toEqual(own)
  }
  expect(deadLetters.filter((body) => body.includes(published) || body.includes(requested))).toEqual([])
}

/** Checks P4 over all cases: there are as many event ids as endings, and the redelivery announced nothing. */
export const checkIds = (aftermath: Aftermath): void => {
  const { records, endings, afterRedelivery } = aftermath
  const ended = records.filter(({ state }) => state === 'ENDED')
  expect(new Set(endings.map(({ metadata }) => metadata.id)).size).toBe(ended.length)
  expect(afterRedelivery.endings).toBe(endings.length)
}
