import { describe, expect, test } from 'vitest'
import { startedEvent } from '../../../../lib/contracts/run-event.ts'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { runKey } from '../../../../lib/run/identity.ts'
import { runRequest } from '../../../support/messages.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  rejectedRun,
  second,
  subject,
  t0,
} from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

const refusing = (...answer: Parameters<typeof refused>): Partial<DataZone> => ({
  startRun: async () => refused(...answer),
  getAsset: async () => refused(...answer),
})

describe('Start refused', () => {
  test.each([
    ['DENIED', minute],
    ['QUOTA_EXCEEDED', minute],
    ['NOT_FOUND', minute],
  ] as const)('P2: %s parks, whichever receive it is', async (kind, afterMs) => {
    for (const receiveCount of [1, 2]) {
      const world = starterWorld({ script: refusing(kind) })
      expect(await world.handle(runRequest(), receiveCount)).toMatchObject([
        {
          outcome: 'parked',
          run: { reason: kind, retryAtMs: t0 + afterMs, error: { message: `${kind} for a test` } },
        },
      ])
      expect(world.store.all()[0]).not.toHaveProperty('earlierStart')
      expect(world.datazone.starts).toHaveLength(1)
      expect(world.slowDowns).toEqual([])
    }
  })

  test.each([
    ['THROTTLED', 2],
    ['UNAVAILABLE', 1],
  ] as const)(
    'P7: %s: back to the queue the first times (%d), into the table from then on',
    async (kind, times) => {
      const world = starterWorld({ script: refusing(kind) })
      expect(await world.handle(runRequest(), 1)).toMatchObject([{ outcome: 'retry', afterSeconds: 5 }])
      // The table has it too: if the message is lost, the sweep finds it, but not before the message is back.
      expect(world.store.all()).toMatchObject([
        {
          state: 'PARKED',
          reason: kind,
          retryAtMs: t0 + 2 * minute + 5 * second,
          error: { message: `${kind} for a test` },
        },
      ])
      for (let receive = 2; receive <= times; receive += 1)
        expect(await world.outcomes(runRequest(), receive)).toEqual(['retry'])
      const afterMs = 5 * 2 ** times * second
      expect(await world.handle(runRequest(), times + 1)).toMatchObject([
        { outcome: 'parked', run: { reason: kind, retryAtMs: t0 + minute + afterMs } },
      ])
      expect(world.datazone.starts).toHaveLength(times + 1)
    },
  )

  test('P1: every try of an attempt carries the same token', async () => {
    const world = starterWorld({ script: refusing('UNAVAILABLE') })
    await world.handle(runRequest(), 1)
    await world.handle(runRequest(), 2)
    const [first, again] = world.datazone.starts
    expect(again?.clientToken).toBe(first?.clientToken)
  })

  test('P7: throttling slows everybody down, once a refusal', async () => {
    const world = starterWorld({ script: refusing('THROTTLED') })
    await world.handle(runRequest())
    expect(world.slowDowns).toEqual([t0])
  })

  test('P1: after an answer that was lost, the Start stays open; after a definite refusal it does not', async () => {
    const lost = starterWorld({ script: refusing('UNAVAILABLE') })
    await lost.handle(runRequest())
    expect(lost.store.all()).toMatchObject([{ earlierStart: { firstAtMs: t0, lastAtMs: t0 } }])
    const throttled = starterWorld({ script: refusing('THROTTLED') })
    await throttled.handle(runRequest())
    expect(throttled.store.all()[0]).not.toHaveProperty('earlierStart')
  })

  test('P2: INVALID is rejected: table, copy, event, mark', async () => {
    const world = starterWorld({ script: refusing('INVALID') })
    expect(await world.outcomes(runRequest())).toEqual(['rejected'])
    expect(world.store.all()).toMatchObject([
      { state: 'ENDED', ending: 'REJECTED', error: { name: 'ValidationException' }, announcedAtMs: t0 },
    ])
    expect(world.queue.copies).toHaveLength(1)
    expect(world.bus.events.map(({ detailType }) => detailType)).toEqual(['Metadata Generation Run Rejected'])
    expect(await world.outcomes(runRequest(), 2)).toEqual(['duplicate'])
  })

  test('P9: a 404 that lasts is believed', async () => {
    const world = starterWorld({
      script: refusing('NOT_FOUND'),
      runs: [parkedRun({ reason: 'NOT_FOUND', notFoundSinceMs: t0 - 5 * minute })],
    })
    expect(await world.outcomes(world.noteAbout(parkedRun()))).toEqual(['rejected'])
  })

  test('P2: a definite refusal is recorded although a duplicate was noted meanwhile', async () => {
    const world: ReturnType<typeof starterWorld> = starterWorld({
      script: {
        startRun: async () => {
          await world.handle(runRequest({ requestId: 'twin' }))
          return refused('INVALID')
        },
      },
    })
    expect(await world.outcomes(runRequest())).toEqual(['rejected'])
    expect(world.store.all()).toMatchObject([
      { ending: 'REJECTED', alsoRequestedBy: [{ requestKey: 'request:twin' }], announcedAtMs: t0 },
    ])
  })

  test.each(['THROTTLED', 'DENIED'] as const)(
    'P2: %s while a duplicate was noted: parked, not left to its lease',
    async (kind) => {
      const world: ReturnType<typeof starterWorld> = starterWorld({
        script: {
          ...refusing(kind),
          startRun: async () => {
            await world.handle(runRequest({ requestId: 'twin' }))
            return refused(kind)
          },
        },
      })
      await world.handle(runRequest())
      const [run] = world.store.all()
      expect(run).toMatchObject({
        state: 'PARKED',
        reason: kind,
        alsoRequestedBy: [{ requestKey: 'request:twin' }],
      })
      expect(run).not.toHaveProperty('earlierStart')
    },
  )

  test.each(['INVALID', 'QUOTA_EXCEEDED', 'THROTTLED'] as const)(
    'P1: does not close a lease that another starter has taken after a late refusal: %s',
    async (kind) => {
      const theirs = claimedRun({
        version: 3,
        leaseEndsAtMs: t0 + 3 * minute,
        startSent: { firstAtMs: t0 + 2 * minute, lastAtMs: t0 + 3 * minute },
      })
      const world: ReturnType<typeof starterWorld> = starterWorld({
        script: {
          startRun: async () => {
            world.store.given(theirs)
            return refused(kind)
          },
        },
      })
      expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
      expect(world.store.all()).toEqual([theirs])
      expect(world.bus.events).toEqual([])
    },
  )

  test('P2: a record that never holds still is left to its lease, and nothing is announced', async () => {
    const world = starterWorld({ script: refusing('INVALID') })
    world.store.beforeWrite = (run) => {
      const current = world.store.current(run)
      if (run.state === 'ENDED' && current !== undefined) {
        world.store.given({ ...current, version: current.version + 1 })
      }
    }
    expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
    expect(world.store.all()).toMatchObject([{ state: 'CLAIMED' }])
    expect([...world.bus.events, ...world.queue.copies]).toEqual([])
  })

  test('the backoff grows with each receive, to five minutes at most', async () => {
    const waits: number[] = []
    for (const receiveCount of [2, 3, 4, 9, 50]) {
      const world = starterWorld({ script: refusing('UNAVAILABLE') })
      await world.handle(runRequest(), receiveCount)
      const [run] = world.store.all()
      if (run?.state === 'PARKED') waits.push((run.retryAtMs - t0 - minute) / second)
    }
    expect(waits).toEqual([10, 20, 40, 300, 300])
  })
})

describe('P9: waiting has an end', () => {
  const day = 24 * 60 * minute
  const since = (days: number) => t0 - days * day

  test('after 35 days a run that waits is rejected instead of started', async () => {
    const run = parkedRun({ createdAtMs: since(36), reason: 'DENIED' })
    const world = starterWorld({ runs: [run] })
    expect(await world.outcomes(world.noteAbout(run))).toEqual(['rejected'])
    expect(world.store.all()).toMatchObject([{ ending: 'REJECTED', error: { name: 'WaitedTooLong' } }])
    expect(world.datazone.calls).toEqual([])
    const younger = parkedRun({ createdAtMs: since(34), reason: 'DENIED' })
    const other = starterWorld({ runs: [younger] })
    expect(await other.outcomes(other.noteAbout(younger))).toEqual(['started'])
  })

  test('P1: not before List has shown that an open Start made no run', async () => {
    const earlierStart = { firstAtMs: since(36), lastAtMs: since(36) }
    const run = parkedRun({ createdAtMs: since(36), earlierStart: earlierStart })
    const adopts = starterWorld({
      runs: [run],
      script: { listRuns: async () => answered({ runs: [serviceRun({ createdAtMs: since(36) })] }) },
    })
    expect(await adopts.outcomes(adopts.noteAbout(run))).toEqual(['started'])
    const absent = starterWorld({ runs: [run], script: { listRuns: async () => answered({ runs: [] }) } })
    expect(await absent.outcomes(absent.noteAbout(run))).toEqual(['rejected'])
    expect([...adopts.datazone.starts, ...absent.datazone.starts]).toEqual([])
  })

  test.each(['DENIED', 'THROTTLED', 'UNAVAILABLE'] as const)(
    'a request that cannot learn its revision is rejected too: %s',
    async (kind) => {
      const { revision: _, ...unresolved } = subject
      const run = parkedRun({ subject: unresolved, createdAtMs: since(36), reason: kind })
      const world = starterWorld({ runs: [run], script: { getAsset: async () => refused(kind) } })
      expect(await world.outcomes(world.noteAbout(run))).toEqual(['rejected'])
      expect(world.store.all()).toMatchObject([{ error: { name: 'WaitedTooLong' } }])
    },
  )

  test.each([
    ['cannot be read', async () => refused('DENIED')],
    ['shows a run that may be ours', async () => answered({ runs: [serviceRun({ runId: 'run-7' })] })],
  ] as const)('a look that stays unknown has an end too: List %s', async (_name, listRuns) => {
    const earlierStart = { firstAtMs: since(35), lastAtMs: since(35) }
    const run = (days: number) =>
      parkedRun({ createdAtMs: since(days), earlierStart: earlierStart, reason: 'UNAVAILABLE' })
    const world = starterWorld({ runs: [run(36)], script: { listRuns } })
    expect(await world.outcomes(world.noteAbout(run(36)))).toEqual(['rejected'])
    const younger = starterWorld({ runs: [run(34)], script: { listRuns } })
    expect(await younger.outcomes(younger.noteAbout(run(34)))).toEqual(['parked'])
    expect([...world.datazone.starts, ...younger.datazone.starts]).toEqual([])
  })
})

describe('the run id', () => {
  test('P1: is recorded although the sweep or a hint wrote in between', async () => {
    const world = starterWorld()
    world.store.beforeWrite = (run) => {
      if (run.state !== 'IN_FLIGHT') return
      const current = world.store.current(run)
      if (current !== undefined && current.version < 3)
        world.store.given({ ...current, version: current.version + 1 })
    }
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', runId: 'run-1', version: 4 }])
  })

  test('P1: is recorded on a record that the sweep has released meanwhile', async () => {
    const world = starterWorld({
      script: {
        startRun: async () => {
          world.store.given(parkedRun({ version: 2, reason: 'LEASE_EXPIRED', createdAtMs: t0 }))
          return answered(serviceRun())
        },
      },
    })
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', runId: 'run-1' }])
  })

  test('is a duplicate when another invocation recorded the same run id', async () => {
    const world = starterWorld({
      script: {
        startRun: async () => {
          world.store.given(inFlightRun({ version: 2 }))
          return answered(serviceRun())
        },
      },
    })
    expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
    expect(world.store.all()).toEqual([inFlightRun({ version: 2 })])
  })

  test.each([
    ['in flight', inFlightRun({ version: 2 })],
    ['ended', endedRun({ version: 2 })],
    ['rejected', rejectedRun({ version: 2 })],
  ])('P1: another id is an alarm, kept on the record: %s', async (_name, there) => {
    const world = starterWorld({
      script: {
        startRun: async () => {
          world.store.given(there)
          return answered(serviceRun({ runId: 'run-2' }))
        },
      },
    })
    expect(await world.handle(runRequest())).toMatchObject([{ outcome: 'duplicate-run', runId: 'run-2' }])
    const [kept] = world.store.all()
    expect(kept).toMatchObject({ state: there.state, version: 3 })
    expect(kept?.history.at(-1)?.what).toContain('run-2')
  })

  test('P2: a table that cannot answer sends the message back; the claim stays for the sweep', async () => {
    const world = starterWorld()
    world.store.beforeWrite = (run) => {
      if (run.state === 'IN_FLIGHT') throw new Error('the table is down')
    }
    await expect(world.handle(runRequest())).rejects.toThrow('down')
    expect(world.store.all()).toMatchObject([{ state: 'CLAIMED', startSent: { firstAtMs: t0 } }])
    expect(await world.outcomes(runRequest(), 2)).toEqual(['duplicate'])
  })

  test('P2: a record that never holds still sends the message back', async () => {
    const world = starterWorld()
    world.store.beforeWrite = (run) => {
      const current = world.store.current(run)
      if (run.state === 'IN_FLIGHT' && current !== undefined) {
        world.store.given({ ...current, version: current.version + 1 })
      }
    }
    await expect(world.handle(runRequest())).rejects.toThrow('table is unavailable')
  })

  test("a start in the future, by DataZone's clock, began now", async () => {
    const world = starterWorld({
      script: { startRun: async () => answered(serviceRun({ createdAtMs: t0 + minute })) },
    })
    const [outcome] = await world.handle(runRequest())
    expect(outcome).toMatchObject({ run: { startedAtMs: t0 } })
    if (outcome?.outcome === 'started') expect(startedEvent(outcome.run).timeMs).toBe(t0)
  })
})

describe('a note of the sweep', () => {
  test('is out of date when the record has moved on, or is gone', async () => {
    for (const run of [claimedRun(), inFlightRun(), endedRun()]) {
      const world = starterWorld({ runs: [run] })
      expect(await world.outcomes(world.noteAbout(run))).toEqual(['duplicate'])
      expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
    }
    const gone = starterWorld()
    expect(await gone.outcomes(gone.noteAbout(parkedRun()))).toEqual(['duplicate'])
  })

  test('is out of date when the record was parked anew: not before its time', async () => {
    const run = parkedRun({ reason: 'QUOTA_EXCEEDED', retryAtMs: t0 + 14 * minute })
    const world = starterWorld({ runs: [run] })
    expect(await world.outcomes(world.lateNoteAbout(run))).toEqual(['duplicate'])
    expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
  })

  test('P9: goes on once: what it meets parks the record anew, and the same note again does nothing', async () => {
    const run = parkedRun({ reason: 'DENIED' })
    const world = starterWorld({ runs: [run], script: refusing('DENIED') })
    expect(await world.outcomes(world.noteAbout(run))).toEqual(['parked'])
    expect(await world.outcomes(world.lateNoteAbout(run), 2)).toEqual(['duplicate'])
    expect(world.datazone.starts).toHaveLength(1)
  })

  test.each(['THROTTLED', 'UNAVAILABLE'] as const)(
    'P7: %s costs one Start of the share that releases have: parked at the first receive',
    async (kind) => {
      const world = starterWorld({ runs: [parkedRun()], script: refusing(kind) })
      expect(await world.handle(world.noteAbout(parkedRun()), 1)).toMatchObject([
        { outcome: 'parked', run: { reason: kind, retryAtMs: t0 + minute + 20 * second } },
      ])
      const { revision: _, ...unresolved } = subject
      const request = parkedRun({ subject: unresolved })
      const unread = starterWorld({ runs: [request], script: { getAsset: async () => refused(kind) } })
      expect(await unread.outcomes(unread.noteAbout(request), 1)).toEqual(['parked'])
    },
  )

  test('P7: a slot too late parks it at the first receive too', async () => {
    const world = starterWorld({ runs: [parkedRun()], slotInMs: 26 * second })
    expect(await world.handle(world.noteAbout(parkedRun()), 1)).toMatchObject([
      { outcome: 'parked', run: { reason: 'PACED' } },
    ])
  })

  test('P8: beside a record that this version must not act on it is acknowledged, and nothing is touched', async () => {
    const world = starterWorld({ runs: [parkedRun()] })
    const key = { ...runKey(parkedRun()), record: 'RUN#9' }
    world.store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
    expect(await world.outcomes(world.noteAbout(parkedRun()), 4)).toEqual(['duplicate'])
    expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
  })

  test('P1: the lease is taken from now on, and the Start counts as sent until it ends', async () => {
    const run = parkedRun()
    const leases: unknown[] = []
    const world: ReturnType<typeof starterWorld> = starterWorld({
      runs: [run],
      script: {
        startRun: async () => {
          leases.push(world.store.current(run))
          return answered(serviceRun())
        },
      },
    })
    await world.handle(world.noteAbout(run))
    const leaseEndsAtMs = t0 + defaults.starter.leaseMs
    expect(leases).toMatchObject([
      { state: 'CLAIMED', leaseEndsAtMs, startSent: { firstAtMs: t0, lastAtMs: leaseEndsAtMs } },
    ])
  })

  test('assets take no turns: their claims cost one plain write', async () => {
    const runs = [parkedRun({ subject: { ...subject, assetId: 'asset-2' } })]
    const world = starterWorld({ runs })
    const turns: unknown[] = []
    const { claim } = world.store
    world.store.claim = (run, terms) => {
      turns.push(terms?.claimCount)
      return claim(run, terms)
    }
    await world.handle(runRequest())
    for (const run of runs) await world.handle(world.noteAbout(run))
    expect(turns).toEqual([undefined, undefined])
  })

  test('P1: of two, one takes the lease', async () => {
    const run = parkedRun()
    const world = starterWorld({ runs: [run] })
    world.store.beforeWrite = (next) => {
      if (next.state === 'CLAIMED') world.store.given({ ...run, version: 2 })
    }
    expect(await world.outcomes(world.noteAbout(run))).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test('modes off and plan leave a run waiting', async () => {
    for (const mode of ['off', 'plan'] as const) {
      const world = starterWorld({ runs: [parkedRun()], settings: { mode } })
      expect(await world.outcomes(world.noteAbout(parkedRun()))).toEqual(['parked'])
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
    expect(await world.handle(world.noteAbout(newer))).toMatchObject([
      {
        outcome: 'parked',
        run: { reason: 'BEHIND', retryAtMs: t0 + minute, earlierStart: newer.earlierStart },
      },
    ])
    expect(world.datazone.calls).toEqual([])
  })
})
