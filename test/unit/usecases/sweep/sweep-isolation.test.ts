import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { endedRun, inFlightRun, minute, parkedRun, second, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { assetOf, due, forAsset, startedEarlier, succeeded, sweeper } from '../../../support/sweeping.ts'

describe('isolation of failures', () => {
  test('P9: settles the other domains when DataZone denies every read of one', async () => {
    const world = sweeper(
      [
        forAsset(inFlightRun(startedEarlier), 'a', 'dzd_a'),
        forAsset(inFlightRun(startedEarlier), 'b', 'dzd_b'),
      ],
      {
        getRun: async (domainId, runId) =>
          domainId === 'dzd_a'
            ? refused('DENIED')
            : answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' })),
      },
    )
    expect(await world.sweep()).toMatchObject({
      announced: 1,
      ended: { SUCCEEDED: 1 },
      problems: ['settle dzd_a: AccessDeniedException'],
      denied: 1,
    })
  })

  test('P9: settles the other domains when one throws', async () => {
    const world = sweeper(
      [
        forAsset(inFlightRun(startedEarlier), 'a', 'dzd_a'),
        forAsset(inFlightRun(startedEarlier), 'b', 'dzd_b'),
      ],
      {
        getRun: async (domainId, runId) => {
          if (domainId === 'dzd_a') throw new Error('a defect')
          return answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' }))
        },
      },
    )
    expect(await world.sweep()).toMatchObject({ announced: 1, problems: ['settle dzd_a: a defect'] })
  })

  test('P9: announces all other endings when one cannot be marked', async () => {
    const ended = Array.from({ length: 25 }, (_, n) =>
      forAsset(endedRun({ detectedAtMs: t0 }), `asset-${String(n).padStart(2, '0')}`),
    )
    const world = sweeper(ended)
    world.store.beforeWrite = (run) => {
      if (assetOf(run.subject) === 'asset-00') throw new Error('poison')
    }
    const report = await world.sweep()
    expect(world.bus.events).toHaveLength(25)
    expect(report.announced).toBe(24)
    const owed = world.store.all().filter((run) => !('announcedAtMs' in run))
    expect(owed).toMatchObject([{ subject: { assetId: 'asset-00' } }])
  })

  test('P9: releases all other records when one cannot be written, in every sweep', async () => {
    const names = Array.from({ length: 15 }, (_, n) => `asset-${String(n).padStart(2, '0')}`)
    const world = sweeper(
      names.map((name, n) => forAsset(parkedRun({ retryAtMs: t0 - names.length + n }), name)),
    )
    world.store.beforeWrite = (run) => {
      if (assetOf(run.subject) === 'asset-04') throw new Error('poison')
    }
    expect(await world.sweep()).toMatchObject({ due: 15, released: 14, problems: ['release: poison'] })
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ due: 1, released: 0, problems: ['release: poison'] })
    const released = world.queue.released.map(({ release }) => assetOf(release))
    expect(released).toEqual(names.filter((name) => name !== 'asset-04'))
  })

  test('releases and settles even when an announcement fails', async () => {
    const world = sweeper(
      [
        forAsset(endedRun({ detectedAtMs: t0 }), 'a'),
        forAsset(parkedRun(due), 'b'),
        forAsset(inFlightRun(startedEarlier), 'c'),
      ],
      succeeded,
    )
    world.store.beforeWrite = (run) => {
      if (assetOf(run.subject) === 'a') throw new Error('poison')
    }
    expect(await world.sweep()).toMatchObject({ released: 1, announced: 1, ended: { SUCCEEDED: 1 } })
  })
})

describe('P9: a slow step', () => {
  test('gives each domain its share of the time', async () => {
    const of100 = (domainId: string) =>
      Array.from({ length: 100 }, (_, n) =>
        forAsset(inFlightRun({ ...startedEarlier, runId: `${domainId}-${n}` }), `${domainId}-${n}`, domainId),
      )
    const world = sweeper([...of100('dzd_a'), ...of100('dzd_b')], {}, { maxSingleGets: 1000 })
    const asked = new Set<string>()
    const getRun: DataZone['getRun'] = async (domainId, runId) => {
      asked.add(domainId)
      world.clock.advance(second)
      return answered(serviceRun({ runId, nativeStatus: 'IN_PROGRESS' }))
    }
    Object.assign(world.datazone, { getRun })
    await world.sweep()
    expect([...asked].toSorted()).toEqual(['dzd_a', 'dzd_b'])
  })

  test('waits once for a bus that does not answer, and still settles and releases', async () => {
    const ended = Array.from({ length: 200 }, (_, n) =>
      forAsset(endedRun({ detectedAtMs: t0 }), `ended-${n}`),
    )
    const world = sweeper(
      [...ended, forAsset(inFlightRun(startedEarlier), 'z'), forAsset(parkedRun(due), 'p')],
      succeeded,
    )
    let calls = 0
    world.bus.put = async (events) => {
      calls += 1
      await Promise.resolve()
      world.clock.advance(5 * second)
      return events.map(() => false)
    }
    expect(await world.sweep(t0 + 60 * second)).toMatchObject({
      announced: 0,
      ended: { SUCCEEDED: 1 },
      released: 1,
      problems: expect.arrayContaining(['announce: the bus does not answer; left to the next sweep']),
    })
    expect(calls).toBeLessThanOrEqual(4)
  })
})
