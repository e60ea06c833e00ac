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

/** Returns the ids of a page of runs that are wanted, from the index `start` on, and the token of the next page. */
const pageFrom = (start: number, runIds: readonly string[], isWanted: (runId: string) => boolean) => {
  const page: string[] = []
  let index = start
  for (; index < runIds.length && page.length < pageSize; index += 1) {
    const runId = runIds[index]
    if (runId !== undefined && isWanted(runId)) page.push(runId)
  }
  return { page, ...(index < runIds.length ? { nextToken: String(index) } : {}) }
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
  const newestFirst = runs.map(({ runId }) => runId).toReversed()
  const shown = (runId: string): ServiceRun => ({
    runId,
    nativeStatus: statusNow(runId),
    types: ['BUSINESS_DESCRIPTIONS'],
  })
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
      if (isListRefused) return { outcome: 'refused', refusal }
      const { page, ...rest } = pageFrom(
        Number(nextToken ?? 0),
        newestFirst,
        (runId) => statusNow(runId) === status,
      )
      return answered({ runs: page.map(shown), ...rest })
    },
  }
  return { datazone, calls }
}
