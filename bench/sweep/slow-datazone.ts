import type { Answer, DataZone, Refusal, ServiceRun } from '../../lib/ports/datazone.ts'
import type { InFlightRun } from '../../lib/run/run.ts'
import type { ManualClock } from '../../test/support/manual-clock.ts'

/** How long a DataZone call takes. */
export const callMs = 300
const pageSize = 50

const refusal: Refusal = {
  kind: 'DENIED',
  definite: true,
  name: 'AccessDeniedException',
  message: 'List is refused',
  cause: undefined,
}

const answered = <T>(value: T): Answer<T> => ({ outcome: 'answered', value })

/** Returns a function that waits `callMs` on the clock. Calls that are made at once wait together. */
const sharedWait = (clock: ManualClock) => {
  let inProgress: Promise<void> | undefined
  return (): Promise<void> => {
    inProgress ??= new Promise((resolve) => {
      setImmediate(() => {
        clock.advance(callMs)
        inProgress = undefined
        resolve()
      })
    })
    return inProgress
  }
}

const unused = () => Promise.reject(new Error('a sweep over runs in flight makes no such call'))
const unusedOperations = {
  getAsset: unused,
  startRun: unused,
  cancelRun: unused,
  startSourceRun: unused,
  getDataSource: unused,
  getSourceRun: unused,
  listSourceRuns: unused,
}

/** A DataZone that lists runs newest first, 50 a page, needs `callMs` for each call, and counts its calls. */
export const slowDataZone = (
  /** Oldest first. */
  runs: readonly InFlightRun[],
  statusNow: (runId: string) => string,
  clock: ManualClock,
  { isListRefused }: { readonly isListRefused: boolean },
) => {
  const calls = { List: 0, Get: 0 }
  const wait = sharedWait(clock)
  const newestFirst = runs.toReversed()
  const shown = (runId: string): ServiceRun => ({
    runId,
    nativeStatus: statusNow(runId),
    types: ['BUSINESS_DESCRIPTIONS'],
  })
  const pageFrom = (start: number, status: string | undefined) => {
    const page: ServiceRun[] = []
    let index = start
    for (; index < newestFirst.length && page.length < pageSize; index += 1) {
      const run = newestFirst[index]
      if (run !== undefined && statusNow(run.runId) === status) page.push(shown(run.runId))
    }
    return { runs: page, ...(index < newestFirst.length ? { nextToken: String(index) } : {}) }
  }
  const datazone: DataZone = {
    ...unusedOperations,
    getRun: async (_domainId, runId) => {
      calls.Get += 1
      await wait()
      return answered(shown(runId))
    },
    listRuns: async (_domainId, { status, nextToken }) => {
      calls.List += 1
      await wait()
      return isListRefused
        ? { outcome: 'refused', refusal }
        : answered(pageFrom(Number(nextToken ?? 0), status))
    },
  }
  return { datazone, calls }
}
