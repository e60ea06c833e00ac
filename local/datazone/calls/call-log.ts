/** One call of StartMetadataGenerationRun. */
type StartCall = Readonly<{
  atMs: number
  /** 'ok', 'lost' (the call took effect, and its caller got no answer) or the name of the error that was answered. */
  outcome: string
  /** Whether the call was over the rate, and therefore refused before anything was looked at. */
  overQuota: boolean
  /** The run that it started or replayed, whatever was answered. */
  runId: string | undefined
}>

/** Every call that was made. */
export type Calls = Readonly<{
  /** The number of calls by operation, then by outcome. */
  counts: Readonly<Record<string, Readonly<Record<string, number>>>>
  throttledStarts: number
  starts: readonly StartCall[]
}>

/** Counts calls, and keeps each Start. */
export type CallLog = {
  count: (operation: string, outcome: string) => void
  start: (call: StartCall) => void
  read: () => Calls
}

const none: Calls = { counts: {}, throttledStarts: 0, starts: [] }

/** A log of these calls; without them, an empty one. */
export const createCallLog = (calls: Calls = none): CallLog => {
  const counts: Record<string, Record<string, number>> = structuredClone(calls.counts)
  const starts: StartCall[] = [...calls.starts]
  let { throttledStarts } = calls
  return {
    count: (operation, outcome) => {
      const ofOperation = counts[operation] ?? {}
      ofOperation[outcome] = (ofOperation[outcome] ?? 0) + 1
      counts[operation] = ofOperation
    },
    start: (call) => {
      if (call.overQuota) throttledStarts += 1
      starts.push(call)
    },
    read: () => ({ counts: structuredClone(counts), throttledStarts, starts: [...starts] }),
  }
}
