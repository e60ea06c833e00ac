import { describe, expect, test } from 'vitest'
import { runRequest } from '../../../support/messages.ts'
import { inFlightRun, minute, parkedRun, second, sourceSubject, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, sourceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const hour = 60 * minute
const restoredToMs = t0 - 2 * hour
const settings = { restoredToMs }

/** Returns a run that DataZone lists, of the asset and revision that the requests below name. */
const listed = (over: Parameters<typeof serviceRun>[0] = {}) =>
  serviceRun({ runId: 'run-lost', createdAtMs: t0 - hour, ...over })

const request = (over: object = {}) =>
  runRequest({ asset: { id: 'asset-1', revision: '4' }, types: ['BUSINESS_DESCRIPTIONS'], ...over })

const worldListing = (...runs: readonly ReturnType<typeof serviceRun>[]) =>
  starterWorld({ settings, script: { listRuns: async () => answered({ runs }) } })

describe('P1: after the table was restored, a request', () => {
  test('adopts the run that was started in the lost time', async () => {
    const world = worldListing(listed())
    expect(await world.handle(request())).toMatchObject([
      { outcome: 'started', adopted: true, run: { runId: 'run-lost' } },
    ])
    expect(world.datazone.starts).toEqual([])
  })

  test.each([
    ['before the restore point', { createdAtMs: restoredToMs - 2 * minute - 1 }],
    ['of another revision', { revision: '3' }],
    ['of other types', { types: ['BUSINESS_NAMES'] }],
  ])('starts its own run beside a run %s', async (_, over) => {
    const world = worldListing(listed(over))
    expect(await world.handle(request())).toMatchObject([{ outcome: 'started', adopted: false }])
  })

  test('starts its own run beside a run that is on a record', async () => {
    const world = worldListing(listed())
    const about = { ...subject, types: ['BUSINESS_DESCRIPTIONS' as const] }
    const recorded = inFlightRun({ subject: about, runId: 'run-lost' })
    const { state: _, startedAtMs, ...rest } = recorded
    const detectedAtMs = t0 - minute
    world.store.put({ ...rest, state: 'ENDED', ending: 'FAILED', startedAtMs, detectedAtMs })
    const requestedAt = new Date(t0 - 2 * hour).toISOString()
    const regenerated = request({ requestId: 'again', regenerate: true, requestedAt })
    expect(await world.handle(regenerated)).toMatchObject([{ outcome: 'started', adopted: false }])
  })

  test('adopts no run from before a regeneration was requested', async () => {
    const world = worldListing(listed())
    const regenerated = request({
      regenerate: true,
      requestedAt: new Date(t0 - hour + 2 * minute + second).toISOString(),
    })
    expect(await world.handle(regenerated)).toMatchObject([{ outcome: 'started', adopted: false }])
  })

  test('waits while List is refused', async () => {
    const world = starterWorld({ settings, script: { listRuns: async () => refused('UNAVAILABLE') } })
    expect(await world.handle(request())).toMatchObject([
      { outcome: 'parked', run: { reason: 'UNAVAILABLE', retryAtMs: t0 + minute } },
    ])
    expect(world.datazone.starts).toEqual([])
  })

  test('calls no List when no restore is set', async () => {
    const world = starterWorld()
    expect(await world.outcomes(request())).toEqual(['started'])
    expect(world.datazone.calls.filter((call) => call.startsWith('List'))).toEqual([])
  })
})

describe('P1: after the table was restored, a parked record', () => {
  const parked = parkedRun({ createdAtMs: t0 - 3 * hour, releasedAtMs: t0 })

  test('adopts the run that was started in the lost time', async () => {
    const world = starterWorld({
      settings,
      runs: [parked],
      script: { listRuns: async () => answered({ runs: [listed()] }) },
    })
    expect(await world.handle(world.releaseMessageFor(parked))).toMatchObject([
      { outcome: 'started', adopted: true, run: { runId: 'run-lost' } },
    ])
  })

  test('P9: is rejected after the waiting limit, with the error that its run may exist', async () => {
    const waited = { ...parked, createdAtMs: t0 - 36 * 24 * hour }
    const world = starterWorld({
      settings,
      runs: [waited],
      script: { listRuns: async () => refused('UNAVAILABLE') },
    })
    expect(await world.outcomes(world.releaseMessageFor(waited))).toEqual(['rejected'])
    expect(world.store.current(waited)).toMatchObject({ ending: 'REJECTED', error: { name: 'StartUnknown' } })
    expect(world.datazone.starts).toEqual([])
  })
})

describe('P1: after the table was restored, a data source request', () => {
  const requestedAt = new Date(t0 - hour).toISOString()
  const body = {
    version: 1,
    requestId: 'nightly-1',
    kind: 'DATA_SOURCE',
    domainId: 'dzd_orders',
    projectId: 'project-1',
    dataSource: { id: sourceSubject.dataSourceId },
    triggerKey: 'load-1',
    requestedAt,
  }
  const worldOf = (...agesMs: readonly number[]) =>
    starterWorld({
      settings,
      script: {
        listSourceRuns: async () =>
          answered({
            runs: agesMs.map((ageMs, index) =>
              sourceRun({ runId: `source-run-lost-${index}`, createdAtMs: t0 - ageMs }),
            ),
          }),
      },
    })

  test('adopts the one run that began since it was requested', async () => {
    const world = worldOf(hour - minute, 2 * hour)
    expect(await world.handle(body)).toMatchObject([
      { outcome: 'started', adopted: true, run: { runId: 'source-run-lost-0' } },
    ])
  })

  test('waits when two runs began since then', async () => {
    expect(await worldOf(hour - minute, minute).handle(body)).toMatchObject([
      { outcome: 'parked', run: { reason: 'CONFLICT', error: { name: 'UnclearRun' } } },
    ])
  })

  test('starts when no run began since then', async () => {
    expect(await worldOf(2 * hour).handle(body)).toMatchObject([{ outcome: 'started', adopted: false }])
  })
})
