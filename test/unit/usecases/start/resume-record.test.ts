import { describe, expect, test } from 'vitest'
import { runKey } from '../../../../lib/run/identity.ts'
import { refusing } from '../../../support/refusing-datazone.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  second,
  subject,
  t0,
} from '../../../support/runs.ts'
import { refused } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('a release of the sweep', () => {
  test('is outdated when the record has moved on or no longer exists', async () => {
    for (const run of [claimedRun(), inFlightRun(), endedRun()]) {
      const world = starterWorld({ runs: [run] })
      expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['duplicate'])
      expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
    }
    const gone = starterWorld()
    expect(await gone.outcomes(gone.releaseMessageFor(parkedRun()))).toEqual(['duplicate'])
  })

  test('is outdated when the record was parked again for later', async () => {
    const run = parkedRun({ reason: 'QUOTA_EXCEEDED', retryAtMs: t0 + 14 * minute })
    const world = starterWorld({ runs: [run] })
    expect(await world.outcomes(world.lateReleaseMessageFor(run))).toEqual(['duplicate'])
    expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
  })

  test('P9: parks the record again after a refusal, and does nothing when it is redelivered', async () => {
    const run = parkedRun({ reason: 'DENIED' })
    const world = starterWorld({ runs: [run], script: refusing('DENIED') })
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['parked'])
    expect(await world.outcomes(world.lateReleaseMessageFor(run), 2)).toEqual(['duplicate'])
    expect(world.datazone.starts).toHaveLength(1)
  })

  test.each(['THROTTLED', 'UNAVAILABLE'] as const)(
    'P7: parks on %s at the first receive, because it uses a Start of the share for releases',
    async (kind) => {
      const world = starterWorld({ runs: [parkedRun()], script: refusing(kind) })
      expect(await world.handle(world.releaseMessageFor(parkedRun()), 1)).toMatchObject([
        { outcome: 'parked', run: { reason: kind, retryAtMs: t0 + minute + 20 * second } },
      ])
      const { revision: _, ...unresolved } = subject
      const request = parkedRun({ subject: unresolved })
      const unread = starterWorld({ runs: [request], script: { getAsset: async () => refused(kind) } })
      expect(await unread.outcomes(unread.releaseMessageFor(request), 1)).toEqual(['parked'])
    },
  )

  test('P7: parks at the first receive when its slot is too late', async () => {
    const world = starterWorld({ runs: [parkedRun()], slotInMs: 26 * second })
    expect(await world.handle(world.releaseMessageFor(parkedRun()), 1)).toMatchObject([
      { outcome: 'parked', run: { reason: 'PACED' } },
    ])
  })

  test('P8: is acknowledged, and changes nothing, when the asset has a record of a newer version', async () => {
    const world = starterWorld({ runs: [parkedRun()] })
    const key = { ...runKey(parkedRun()), record: 'RUN#9' }
    world.store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
    expect(await world.outcomes(world.releaseMessageFor(parkedRun()), 4)).toEqual(['duplicate'])
    expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
  })

  test('P1: takes the lease in only one of two deliveries', async () => {
    const run = parkedRun()
    const world = starterWorld({ runs: [run] })
    world.store.beforeWrite = (next) => {
      if (next.state === 'CLAIMED') world.store.put({ ...run, version: 2 })
    }
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test('leaves a run waiting in modes off and plan', async () => {
    for (const mode of ['off', 'plan'] as const) {
      const world = starterWorld({ runs: [parkedRun()], settings: { mode } })
      expect(await world.outcomes(world.releaseMessageFor(parkedRun()))).toEqual(['parked'])
      expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
    }
  })

  test('waits behind an active run of the same asset', async () => {
    const newer = parkedRun({
      subject: { ...subject, revision: '5' },
      request: { ...origin, requestKey: 'request:b' },
      earlierStart: { firstAtMs: t0 - minute, lastAtMs: t0 - minute },
    })
    const world = starterWorld({ runs: [inFlightRun(), newer] })
    expect(await world.handle(world.releaseMessageFor(newer))).toMatchObject([
      {
        outcome: 'parked',
        run: { reason: 'BEHIND', retryAtMs: t0 + minute, earlierStart: newer.earlierStart },
      },
    ])
    expect(world.datazone.calls).toEqual([])
  })
})
