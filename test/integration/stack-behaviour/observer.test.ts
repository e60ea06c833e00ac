import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pumpEvents } from '../../../local/datazone/control/event-pump.ts'
import { eventually } from '../../support/eventually.ts'
import { briskSettings, type LocalSystem, openSystem } from '../../support/local-system.ts'
import { domainId, runRequest, sourceRequest } from '../../support/requests.ts'

/**
 * From DataZone's own event to the announcement: default bus, rule, hint queue, observer, run bus, with the packaged
 * template. Nothing ever sweeps here, so that whatever is announced the observer has announced.
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
    settings: { ...briskSettings, HINT_LOOK_AGAIN_SECONDS: '1' },
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
      const told = system.endings().filter(({ data }) => data.runId === runId)
      expect(told).toHaveLength(1)
      return told[0]
    },
    { deadlineMs: 60_000 },
  )

describe('with no sweep at all, the observer announces', () => {
  test('a metadata run', async () => {
    await system.send(runRequest('asset-one'))
    const run = await eventually(() => {
      const [first] = system.runsOf('asset-one')
      if (first === undefined) throw new Error('nothing has started')
      return first
    })
    expect((await endingOfRun(run.id))?.data).toMatchObject({
      status: 'SUCCEEDED',
      asset: { id: 'asset-one' },
    })
  })

  test('a data source run, with what only Get tells', async () => {
    await system.send(sourceRequest('glue_asked', 'load-1'))
    const run = await eventually(() => {
      const [first] = system.control.dataSourceRuns().filter((one) => one.dataSourceId === 'glue_asked')
      if (first === undefined) throw new Error('nothing has started')
      return first
    })
    expect((await endingOfRun(run.id))?.data).toMatchObject({
      status: 'SUCCEEDED',
      dataSource: { id: 'glue_asked', triggerKey: 'load-1' },
      statistics: expect.any(Object),
    })
  })

  test('a run that a schedule started, where the policy wants it, and no other', async () => {
    const ignored = system.control.startScheduledRun({ domainId, dataSourceId: 'glue_ignored' })
    const run = system.control.startScheduledRun({ domainId, dataSourceId: 'glue_followed' })
    const { data, metadata } = (await endingOfRun(run.id)) ?? {}
    expect(data).toMatchObject({ status: 'SUCCEEDED', foreign: true, dataSource: { id: 'glue_followed' } })
    // The first that was heard of it; on a slow machine they all come at once.
    const heard = system.stack.archive('default').filter(({ event }) => isAbout(event.detail, run.id))
    expect(heard.map(({ event }) => event['detail-type'])).toContain('Data Source Run Triggered')
    expect(heard.map(({ event }) => event.id)).toContain(metadata?.causationId)
    await eventually(() => {
      const over = system.stack.archive('default').filter(({ event }) => isAbout(event.detail, ignored.id))
      expect(over).toHaveLength(2)
    })
    await hintsAreTaken()
    expect(system.endings().filter(({ data: { runId } }) => runId === ignored.id)).toEqual([])
  })

  test('nothing about an acceptance, and notes it on the run that it is of', async () => {
    const recordOf = async () => (await system.recordsOf('asset-one'))[0]
    await eventually(async () => {
      const announcedAtMs = (await recordOf())?.announcedAtMs
      // An event's time is told to the second.
      expect(Date.now() - (announcedAtMs ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(1000)
    })
    system.control.acceptSuggestions({ domainId, assetId: 'asset-one' })
    await eventually(async () => expect(await recordOf()).toHaveProperty('acceptedAtMs'))
  })
})

test('nobody swept', () => expect(system.logged('sweep')).toEqual([]))

const isAbout = (detail: unknown, id: string): boolean => JSON.stringify(detail).includes(`"${id}"`)

/** Nothing is on the hint queue any more, nor being handled. */
const hintsAreTaken = () =>
  eventually(async () => {
    const { queues, invocations } = await system.stack.activity()
    const { visible = 0, delayed = 0, inFlight = 0 } = queues['HintQueue'] ?? {}
    expect([visible, delayed, inFlight, invocations]).toEqual([0, 0, 0, 0])
  })
