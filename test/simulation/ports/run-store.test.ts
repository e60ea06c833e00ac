import { describe, expect, test } from 'vitest'
import { toItem } from '../../../lib/adapters/dynamodb/run-item.ts'
import type { RunStore } from '../../../lib/ports/run-store.ts'
import { claimedRun, endedRun, minute, subject, t0 } from '../../support/runs.ts'
import { virtualTime } from './clock.ts'
import { fairWeather, seededFates } from './fates.ts'
import { startProcess } from './process.ts'
import { seededRandom } from './random.ts'
import { simulatedTable } from './run-store.ts'

const worldOf = (options: { readonly indexLagMs?: () => number; readonly pageRecords?: number } = {}) => {
  const random = seededRandom(1)
  const time = virtualTime(t0, random.fork('time'))
  const table = simulatedTable({ time, ...options })
  const fates = seededFates(random.fork('fates'), () => fairWeather)
  const { step } = startProcess({ name: 'p', time, fates, random })
  const store = table.storeFor(step)
  /** Runs time for a second, in which the answer comes. */
  const soon = async <T>(call: Promise<T>): Promise<T> => {
    await time.run(time.now() + 1000)
    return call
  }
  const states = async (runs: Awaited<ReturnType<RunStore['runsOf']>>) => runs.runs.map((run) => run.state)
  const due = async () => {
    const found: string[] = []
    for await (const page of store.due(t0 + 60 * minute)) found.push(...(await states(page)))
    return found
  }
  return { time, table, store, soon, due }
}

describe('the simulated table', () => {
  test('reads a lagging index and a current table', async () => {
    const { time, store, soon, due } = worldOf({ indexLagMs: () => 5000 })
    await soon(store.create(claimedRun({ version: 0 })))
    expect((await soon(store.runsOf(subject))).runs).toHaveLength(1)
    expect(await soon(due())).toEqual([])
    await time.run(t0 + 10_000)
    expect(await soon(due())).toEqual(['CLAIMED'])
    await soon(store.save(endedRun({ announcedAtMs: t0 })))
    expect(await soon(due())).toEqual(['CLAIMED'])
    await time.run(t0 + 20_000)
    expect(await soon(due())).toEqual([])
  })

  test('updates the index in the order of the writes', async () => {
    const lags = [9000, 0]
    const { time, store, soon, due } = worldOf({ indexLagMs: () => lags.shift() ?? 0 })
    await soon(store.create(claimedRun({ version: 0 })))
    await soon(store.save(endedRun({ version: 1 })))
    expect(await soon(due())).toEqual([])
    await time.run(t0 + 10_000)
    expect(await soon(due())).toEqual(['ENDED'])
  })

  test('reads page by page while the table changes', async () => {
    const { time, store, soon } = worldOf({ pageRecords: 1 })
    for (const attempt of [1, 2, 3]) await soon(store.create(claimedRun({ attempt, version: 0 })))
    const reading = store.runsOf(subject)
    time.at(time.now() + 25, () => void store.create(claimedRun({ attempt: 4, version: 0 })))
    expect((await soon(reading)).runs.map((run) => run.attempt)).toEqual([1, 2, 3, 4])
  })

  test('expires a record past its TTL', async () => {
    const { time, table } = worldOf()
    table.plant(toItem(claimedRun()))
    table.plant(toItem(endedRun({ attempt: 2, announcedAtMs: t0 })))
    expect(table.expire()).toBe(0)
    await time.run(t0 + 184 * 24 * 60 * minute)
    expect(table.expire()).toBe(1)
    expect(table.items()).toMatchObject([{ state: 'CLAIMED' }])
  })

  test('returns a record that cannot be changed', async () => {
    const { store, soon } = worldOf()
    await soon(store.create(claimedRun({ version: 0 })))
    const [run] = (await soon(store.runsOf(subject))).runs
    expect(() => Object.assign(run?.subject ?? {}, { assetId: 'other' })).toThrow(TypeError)
  })
})
