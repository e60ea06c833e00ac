import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../../../lib/errors.ts'
import { assetEvent, runRequest, sourceRunRequest } from '../../../support/messages.ts'
import { denied, deniedCause, probeDue, quotaFull, requestForAsset } from '../../../support/open-breakers.ts'
import { refusing } from '../../../support/refusing-datazone.ts'
import { endedRun, inFlightRun, minute, parkedRun, second, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const sourceRequest = sourceRunRequest()

const shows = showingAsset('4')

describe('P7: a refusal that applies to all requests', () => {
  test.each(['DENIED', 'QUOTA_EXCEEDED'] as const)(
    'parks the other requests without a Start after the first %s',
    async (kind) => {
      const world = starterWorld({ script: refusing(kind) })
      expect(await world.outcomes(requestForAsset('a'))).toEqual(['parked'])
      expect(await world.handle(requestForAsset('b'))).toMatchObject([
        { outcome: 'parked', run: { reason: kind, retryAtMs: t0 + minute, error: { name: 'BreakerOpen' } } },
      ])
      expect(world.datazone.starts).toHaveLength(1)
      // The second request was never claimed, so it cost one write.
      expect(world.store.writes.filter((write) => write.includes('PARKED'))).toHaveLength(2)
      expect(world.store.writes).toHaveLength(3)
    },
  )

  test.each([second, 5 * second])(
    'parks requests that already wait for their slot, %i ms from now',
    async (slotInMs) => {
      const world = starterWorld({ slotInMs })
      const sleepUntil = world.clock.sleepUntil
      world.clock.sleepUntil = async (atMs) => {
        await sleepUntil(atMs)
        await world.breakers.trip(denied)
      }
      expect(await world.handle(requestForAsset('a'))).toMatchObject([
        {
          outcome: 'parked',
          run: { reason: 'DENIED', retryAtMs: t0 + slotInMs + minute, error: { name: 'BreakerOpen' } },
        },
      ])
      expect(world.datazone.calls).toEqual([])
      expect(world.store.all()[0]).not.toHaveProperty('earlierStart')
    },
  )

  test('P1: keeps an earlier Start, without a List, when permission is lost while the request waits for a slot', async () => {
    const earlierStart = { firstAtMs: t0 - 6 * minute, lastAtMs: t0 - 5 * minute }
    const run = parkedRun({ reason: 'UNAVAILABLE', createdAtMs: t0 - 7 * minute, earlierStart })
    const world = starterWorld({ runs: [run], slotInMs: 5 * second })
    const { sleepUntil } = world.clock
    world.clock.sleepUntil = async (atMs) => {
      await sleepUntil(atMs)
      await world.breakers.trip(denied)
    }
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { run: { reason: 'DENIED', earlierStart } },
    ])
    expect(world.datazone.calls).toEqual([])
  })

  test('limits a full quota to its types: other types, GetAsset and data sources continue', async () => {
    const world = starterWorld({ breakers: [quotaFull], script: shows })
    expect(await world.outcomes({ ...requestForAsset('a'), types: ['BUSINESS_NAMES'] })).toEqual(['started'])
    const both = { ...requestForAsset('b'), types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'] }
    expect(await world.outcomes(both)).toEqual(['parked'])
    expect(await world.outcomes(assetEvent())).toEqual(['parked'])
    expect(world.datazone.calls).toEqual(['Start 4', 'GetAsset asset-1'])
    expect(await world.outcomes(sourceRequest)).toEqual(['started'])
  })

  test('limits a denial to its project, where it blocks GetAsset and data source runs too', async () => {
    const world = starterWorld({ breakers: [denied] })
    for (const message of [runRequest({ asset: { id: 'asset-1' } }), sourceRequest]) {
      expect(await world.handle(message)).toMatchObject([
        { outcome: 'parked', run: { reason: 'DENIED', error: { name: 'BreakerOpen' } } },
      ])
    }
    expect(world.datazone.calls).toEqual([])
    expect(await world.outcomes({ ...requestForAsset('b'), projectId: 'project-2' })).toEqual(['started'])
  })

  test('opens the breaker for StartDataSourceRun and GetAsset, but not for the full day of a data source', async () => {
    const script = {
      startSourceRun: async () => refused('DENIED'),
      getAsset: async () => refused('DENIED'),
    }
    for (const message of [sourceRequest, assetEvent()]) {
      const world = starterWorld({ script })
      expect(await world.outcomes(message)).toEqual(['parked'])
      expect(await world.breakers.openBreakers()).toMatchObject([{ cause: deniedCause }])
    }
    const world = starterWorld({ script: { startSourceRun: async () => refused('QUOTA_EXCEEDED') } })
    await world.handle(sourceRequest)
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('sends nothing while breakers cannot be read', async () => {
    const world = starterWorld()
    world.breakers.openBreakers = async () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    await expect(world.handle(requestForAsset('a'))).rejects.toThrow(PortUnavailable)
    expect(world.datazone.calls).toEqual([])
    world.breakers.openBreakers = async () => []
    expect(await world.outcomes(requestForAsset('a'), 2)).toEqual(['started'])
  })
})

describe('P7: the prober', () => {
  test.each([denied, quotaFull])(
    'probes alone behind $cause.reason, and closes the breaker when it succeeds',
    async (breaker) => {
      const world = starterWorld({ breakers: [probeDue(breaker)] })
      expect(await world.outcomes(requestForAsset('a'))).toEqual(['started'])
      expect(await world.breakers.openBreakers()).toEqual([])
      const failing = starterWorld({ breakers: [probeDue(breaker)], script: refusing(breaker.cause.reason) })
      expect(await failing.outcomes(requestForAsset('a'))).toEqual(['parked'])
      expect(await failing.outcomes(requestForAsset('b'))).toEqual(['parked'])
      expect(failing.datazone.starts).toHaveLength(1)
    },
  )

  test('probes after 1, 2, 4 and 8 minutes, then every 15', async () => {
    const world = starterWorld({ script: refusing('DENIED') })
    const probedAtMinutes: number[] = []
    for (let left = 70; left > 0; left -= 1) {
      const before = world.datazone.calls.length
      await world.handle(requestForAsset(`asset-${left}`))
      if (world.datazone.calls.length > before) probedAtMinutes.push((world.clock.now() - t0) / minute)
      world.clock.advance(minute)
    }
    expect(probedAtMinutes).toEqual([0, 1, 3, 7, 15, 30, 45, 60])
  })

  test('probes a full quota once every four hours', async () => {
    const world = starterWorld({ script: refusing('QUOTA_EXCEEDED') })
    const startedAtHours: number[] = []
    for (let sent = 0; sent < 24 * 6; sent += 1) {
      const before = world.datazone.starts.length
      await world.handle(requestForAsset(`asset-${sent}`))
      if (world.datazone.starts.length > before) startedAtHours.push((world.clock.now() - t0) / (60 * minute))
      world.clock.advance(10 * minute)
    }
    expect(startedAtHours).toEqual([0, 4, 8, 12, 16, 20])
  })

  test('closes the breaker of a quota that was raised at the next probe', async () => {
    const world = starterWorld({ breakers: [quotaFull] })
    world.clock.advance(240 * minute)
    expect(await world.outcomes(requestForAsset('a'))).toEqual(['started'])
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('leaves the next probe to another request when it crashes', async () => {
    const world = starterWorld({
      breakers: [probeDue(denied)],
      script: { startRun: async () => Promise.reject(new Error('died')) },
    })
    world.breakers.replace = async (_before, next) => {
      world.breakers.replace = async () => {
        throw new PortUnavailable('table', new Error('dead'))
      }
      await world.breakers.close(denied)
      await world.breakers.trip(next)
      return true
    }
    await expect(world.handle(requestForAsset('a'))).rejects.toThrow('died')
    expect(await world.breakers.openBreakers()).toMatchObject([{ nextProbeAtMs: t0 + 2 * minute }])
  })

  test.each(['NOT_FOUND', 'CONFLICT', 'QUOTA_EXCEEDED'] as const)(
    'proves the permission with a %s',
    async (kind) => {
      const world = starterWorld({
        breakers: [probeDue(denied)],
        script: { ...refusing(kind), listRuns: async () => answered({ runs: [] }) },
      })
      await world.handle(requestForAsset('a'))
      expect((await world.breakers.openBreakers()).filter(({ cause }) => cause.reason === 'DENIED')).toEqual(
        [],
      )
    },
  )

  test.each(['INVALID', 'THROTTLED', 'UNAVAILABLE'] as const)(
    'proves nothing with %s, and the next request probes at once',
    async (kind) => {
      let wrong = true
      const startRun = async () => (wrong ? refused(kind) : answered(serviceRun()))
      const world = starterWorld({ breakers: [probeDue(denied)], script: { startRun } })
      await world.handle(requestForAsset('a'))
      expect(await world.breakers.openBreakers()).toMatchObject([{ probes: 0, nextProbeAtMs: t0 }])
      wrong = false
      expect(await world.outcomes(requestForAsset('b'))).toEqual(['started'])
      expect(await world.breakers.openBreakers()).toEqual([])
    },
  )

  test('proves the permission with GetAsset only after GetAsset was refused, not after Start was', async () => {
    const active = inFlightRun({ subject: { ...subject, revision: '3' } })
    const asset = starterWorld({
      runs: [active],
      script: shows,
      breakers: [probeDue({ ...denied, call: 'GetAsset' })],
    })
    expect(await asset.outcomes(assetEvent())).toEqual(['parked'])
    expect(await asset.breakers.openBreakers()).toEqual([])
    const start = starterWorld({ runs: [active], script: shows, breakers: [probeDue(denied)] })
    expect(await start.outcomes(assetEvent())).toEqual(['parked'])
    expect(await start.breakers.openBreakers()).toMatchObject([{ nextProbeAtMs: t0, probes: 0 }])
  })

  test('proves the permission with a 404 of GetAsset', async () => {
    const world = starterWorld({
      breakers: [probeDue({ ...denied, call: 'GetAsset' })],
      script: { getAsset: async () => refused('NOT_FOUND') },
    })
    expect(await world.outcomes(assetEvent())).toEqual(['parked'])
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('keeps its turn to probe when another breaker blocks it', async () => {
    const world = starterWorld({ breakers: [probeDue(denied), quotaFull] })
    expect(await world.handle(requestForAsset('a'))).toMatchObject([{ run: { reason: 'QUOTA_EXCEEDED' } }])
    expect(await world.breakers.openBreakers()).toContainEqual(probeDue(denied))
  })

  test('keeps the breaker of a quota open when the Start may be a replay', async () => {
    const earlierStart = { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute }
    const run = parkedRun({ reason: 'UNAVAILABLE', createdAtMs: t0 - 3 * minute, earlierStart })
    const world = starterWorld({ runs: [run], breakers: [probeDue(quotaFull)] })
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['started'])
    expect(await world.breakers.openBreakers()).toMatchObject([{ cause: quotaFull.cause, nextProbeAtMs: t0 }])
    const permitted = starterWorld({ runs: [run], breakers: [probeDue(denied)] })
    expect(await permitted.outcomes(permitted.releaseMessageFor(run))).toEqual(['started'])
    expect(await permitted.breakers.openBreakers()).toEqual([])
  })
})

describe('requests that an open breaker does not block', () => {
  test('P1: looks up an earlier Start behind a full quota, and forgets it once List proves that it made no run', async () => {
    const earlierStart = { firstAtMs: t0 - 6 * minute, lastAtMs: t0 - 5 * minute }
    const run = parkedRun({ reason: 'UNAVAILABLE', createdAtMs: t0 - 7 * minute, earlierStart })
    const listing = (...runs: readonly ReturnType<typeof serviceRun>[]) =>
      starterWorld({
        runs: [run],
        breakers: [quotaFull],
        script: { listRuns: async () => answered({ runs }) },
      })
    const found = listing(serviceRun({ createdAtMs: t0 - 5 * minute }))
    expect(await found.outcomes(found.releaseMessageFor(run))).toEqual(['started'])
    expect(found.datazone.calls).toEqual(['List asset-1'])
    const absent = listing()
    expect(await absent.handle(absent.releaseMessageFor(run))).toMatchObject([
      { run: { reason: 'QUOTA_EXCEEDED' } },
    ])
    expect(absent.datazone.starts).toEqual([])
    expect(absent.store.all()[0]).not.toHaveProperty('earlierStart')
    // A denial covers List as well.
    const forbidden = starterWorld({ runs: [run], breakers: [denied] })
    expect(await forbidden.handle(forbidden.releaseMessageFor(run))).toMatchObject([
      { run: { reason: 'DENIED', earlierStart } },
    ])
    expect([forbidden.datazone.calls, forbidden.store.writes.length]).toEqual([[], 1])
  })

  test('P9: rejects a request that has waited too long behind a denial, once no Start can have taken effect', async () => {
    const createdAtMs = t0 - 36 * 24 * 60 * minute
    const earlierStart = { firstAtMs: createdAtMs, lastAtMs: createdAtMs }
    for (const open of [{}, { earlierStart }]) {
      const run = parkedRun({ reason: 'DENIED', createdAtMs, ...open })
      const world = starterWorld({
        runs: [run],
        breakers: [denied],
        script: { listRuns: async () => answered({ runs: [] }) },
      })
      expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['rejected'])
      expect(world.datazone.starts).toEqual([])
    }
  })

  test('recognizes duplicates', async () => {
    const world = starterWorld({ runs: [endedRun()], breakers: [denied, quotaFull] })
    expect(await world.outcomes(runRequest({ requestId: 'again' }))).toEqual(['duplicate'])
  })
})
