import { describe, expect, test } from 'vitest'
import type { RefusalKind } from '../../../../lib/ports/datazone.ts'
import type { InFlightRun } from '../../../../lib/run/run.ts'
import { settleRuns } from '../../../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { inFlightRun, minute, second, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../../../support/scripted-datazone.ts'
import { defaults } from '../../../support/starter-world.ts'
import { runOwingCancel } from '../../../support/sweep-of-cancels.ts'

describe('P6: a domain with many owed cancels', () => {
  const assetOf = (id: string) => ({ subject: { ...subject, assetId: id }, runId: `run-${id}` })
  const withCancel = (count: number) =>
    Array.from({ length: count }, (_, n) => runOwingCancel(assetOf(`c${n}`)))
  const other = inFlightRun({ ...assetOf('z'), startedAtMs: t0 - minute })

  const domain = (runs: readonly InFlightRun[], refusal: RefusalKind, callMs: number) => {
    const store = memoryRunStore(...runs)
    const clock = manualClock()
    const datazone = scriptedDataZone({
      getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' })),
      cancelRun: async () => {
        clock.advance(callMs)
        return refused(refusal)
      },
    })
    const context = { store, clock, datazone, settings: defaults.sweeper }
    const settle = (deadlineMs = clock.now() + 47 * second) => settleRuns(runs, { ...context, deadlineMs })
    const calls = (name: string) => datazone.calls.filter((call) => call.startsWith(name))
    return { settle, calls, clock }
  }

  test('sends forty of 300 refused cancels in a sweep, after the other reads, and reads every run', async () => {
    const { settle, calls } = domain([...withCancel(300), other], 'DENIED', 200)
    expect((await settle()).ended).toHaveLength(301)
    expect(calls('Cancel')).toHaveLength(40)
    expect(calls('')[0]).toBe('Get run-z')
  })

  test.each(['THROTTLED', 'UNAVAILABLE'] as const)(
    'sends no further cancel after the first %s',
    async (kind) => {
      const { settle, calls } = domain([...withCancel(300), other], kind, 15 * second)
      expect((await settle(t0 + 10 * minute)).ended).toHaveLength(301)
      expect(calls('Cancel')).toHaveLength(4)
    },
  )

  test('spends half of the remaining time on slow cancels, and the rest on the Gets', async () => {
    const { settle, calls } = domain(withCancel(300), 'CONFLICT', 2 * second)
    expect((await settle(t0 + 40 * second)).ended).toHaveLength(300)
    expect(calls('Cancel').length).toBeGreaterThan(4)
    expect(calls('Cancel').length).toBeLessThan(15)
  })
})
