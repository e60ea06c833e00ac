import { describe, expect, test } from 'vitest'
import { minute, second } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { dataZoneWith, run, runs, settle } from '../../../support/settling.ts'

describe('a domain with few runs in flight', () => {
  test('reads each run with one Get, and sends no List', async () => {
    const { calls, endings, ended } = await settle(
      runs(3),
      dataZoneWith({ 'run-0': 'SUCCEEDED', 'run-1': 'IN_PROGRESS', 'run-2': 'FAILED' }),
    )
    expect(calls.toSorted()).toEqual(['Get run-0', 'Get run-1', 'Get run-2'])
    expect(endings).toEqual(['run-0', 'run-2'])
    expect(ended).toHaveLength(2)
    expect(ended).toContainEqual(expect.objectContaining({ ending: 'SUCCEEDED', version: 2 }))
    expect(ended).toContainEqual(expect.objectContaining({ ending: 'FAILED', version: 2 }))
  })

  test('P6: reads a run of any age in every sweep', async () => {
    for (const ageMs of [45 * second, 6 * minute, 61 * minute, 62 * minute, 100 * 60 * minute]) {
      const { endings } = await settle([run(0, ageMs)], dataZoneWith({ 'run-0': 'SUCCEEDED' }))
      expect(endings).toEqual(['run-0'])
    }
  })

  test('P11: reads nothing while no run is old enough to have ended', async () => {
    const { calls } = await settle(runs(9, 11 * second), dataZoneWith({}))
    expect(calls).toEqual([])
  })

  test('keeps the status of each type that Get shows', async () => {
    const typeStats = [{ type: 'BUSINESS_NAMES', status: 'FAILED', errorMessage: 'no names' }]
    const { ended } = await settle([run(0)], {
      getRun: async () =>
        answered(serviceRun({ runId: 'run-0', nativeStatus: 'PARTIALLY_SUCCEEDED', typeStats })),
    })
    expect(ended).toMatchObject([{ typeStats, error: { message: 'BUSINESS_NAMES: no names' } }])
  })

  test('reports each refused Get, and ends no run', async () => {
    for (const kind of ['NOT_FOUND', 'DENIED', 'UNAVAILABLE'] as const) {
      const { ended, problems, store } = await settle(runs(2), { getRun: async () => refused(kind) })
      expect(ended).toEqual([])
      expect(problems).toHaveLength(2)
      expect(store.writes).toEqual([])
    }
  })

  test('P7: stops reading once DataZone throttles', async () => {
    const due = runs(3)
    const { calls } = await settle(due, { getRun: async () => refused('THROTTLED') })
    expect(calls.length).toBeLessThanOrEqual(due.length)
    const many = await settle(runs(40), { ...dataZoneWith({}), getRun: async () => refused('THROTTLED') })
    expect(many.calls.filter((call) => call.startsWith('Get')).length).toBeLessThanOrEqual(4)
  })
})
