import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pumpEvents } from '../../../local/datazone/control/event-pump.ts'
import { eventually } from '../../support/eventually.ts'
import { fastSettings, type LocalSystem, openSystem } from '../../support/local-system.ts'
import { domainId, runRequest, sourceRequest } from '../../support/requests.ts'

/**
 * Follows DataZone's own events to the announcement: default bus, rule, hint queue, observer, run bus. No sweep runs
 * here, so the observer sends every announcement.
 */
const policy = {
  version: 1,
  rules: [{ match: {}, run: {} }],
  followDataSourceRuns: [{ dataSource: 'glue_followed' }],
}

let system: LocalSystem
let pump: ReturnType<typeof pumpEvents>

beforeAll(async () => {
  system = await openSystem({
    assets: [{ id: 'asset-one' }],
    dataSources: ['glue_asked', 'glue_followed', 'glue_ignored'],
    policy,
    settings: { ...fastSettings, HINT_LOOK_AGAIN_SECONDS: '1' },
    datazone: { medianMs: 1000, dataSourceMedianMs: 1000, failureShare: 0, eventDelayMs: 50 },
  })
  pump = pumpEvents(system.control, (event) =>
    system.stack.publishServiceEvent({ ...event, resources: [...event.resources] }),
  )
})

afterAll(async () => {
  await pump?.stop()
  await system?.close()
})

const endingOfRun = (runId: string) =>
  eventually(
    () => {
      const events = system.endings().filter(({ data }) => data.runId === runId)
      expect(events).toHaveLength(1)
      return events[0]
    },
    { deadlineMs: 60_000 },
  )

describe('the observer, without any sweep', () => {
  test('announces a metadata run', async () => {
    await system.send(runRequest('asset-one'))
    const run = await eventually(() => {
      const [first] = system.runsOf('asset-one')
      if (first === undefined) throw new Error('no run has started')
      return first
    })
    expect((await endingOfRun(run.id))?.data).toMatchObject({
      status: 'SUCCEEDED',
      asset: { id: 'asset-one' },
    })
  })

  test('announces a data source run with the statistics of Get', async () => {
    await system.send(sourceRequest('glue_asked', 'load-1'))
    const run = await eventually(() => {
      const [first] = system.control.dataSourceRuns().filter((one) => one.dataSourceId === 'glue_asked')
      if (first === undefined) throw new Error('no run has started')
      return first
    })
    expect((await endingOfRun(run.id))?.data).toMatchObject({
      status: 'SUCCEEDED',
      dataSource: { id: 'glue_asked', triggerKey: 'load-1' },
      statistics: expect.any(Object),
    })
  })

  test('announces a scheduled run only if the policy follows its data source', async () => {
    const ignored = system.control.startScheduledRun({ domainId, dataSourceId: 'glue_ignored' })
    const run = system.control.startScheduledRun({ domainId, dataSourceId: 'glue_followed' })
    const { data, metadata } = (await endingOfRun(run.id)) ?? {}
    expect(data).toMatchObject({ status: 'SUCCEEDED', foreign: true, dataSource: { id: 'glue_followed' } })
    // The first event about the run causes the record, or, if all events arrive in one batch, a later one.
    const received = system.stack.archive('default').filter(({ event }) => isAbout(event.detail, run.id))
    expect(received.map(({ event }) => event['detail-type'])).toContain('Data Source Run Triggered')
    expect(received.map(({ event }) => event.id)).toContain(metadata?.causationId)
    await eventually(() => {
      const over = system.stack.archive('default').filter(({ event }) => isAbout(event.detail, ignored.id))
      expect(over).toHaveLength(2)
    })
    await untilHintsAreHandled()
    expect(system.endings().filter(({ data: { runId } }) => runId === ignored.id)).toEqual([])
  })

  test('records an acceptance on its run, without an announcement', async () => {
    const recordOf = async () => (await system.recordsOf('asset-one'))[0]
    await eventually(async () => {
      const announcedAtMs = (await recordOf())?.announcedAtMs
      // The time of an event has a resolution of one second.
      expect(Date.now() - (announcedAtMs ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(1000)
    })
    system.control.acceptSuggestions({ domainId, assetId: 'asset-one' })
    await eventually(async () => expect(await recordOf()).toHaveProperty('acceptedAtMs'))
  })
})

test('runs without a sweep', () => expect(system.logged('Sweep finished')).toEqual([]))

const isAbout = (detail: unknown, id: string): boolean => JSON.stringify(detail).includes(`"${id}"`)

/** Waits until the hint queue is empty and no function runs. */
const untilHintsAreHandled = () =>
  eventually(async () => {
    const { queues, invocations } = await system.stack.activity()
    const { visible = 0, delayed = 0, inFlight = 0 } = queues['HintQueue'] ?? {}
    expect([visible, delayed, inFlight, invocations]).toEqual([0, 0, 0, 0])
  })
