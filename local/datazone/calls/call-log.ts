/** One call of StartMetadataGenerationRun. */
type StartCall = Readonly<{
  atMs: number
  /** 'ok', 'lost' (the call took effect but its caller got no answer) or the name of the error in the answer. */
  outcome: string
  /** Whether the call exceeded the rate, and was therefore refused before its input was read. */
  overQuota: boolean
  /** The run that the call started or replayed, even when its answer was lost or an error. */
  runId: string | undefined
}>

/** The calls that were made. */
export type Calls = Readonly<{
  /** The number of calls by operation, then by outcome. */
  counts: Readonly<Record<string, Readonly<Record<string, number>>>>
  throttledStarts: number
  starts: readonly StartCall[]
}>

/** Counts calls and records each Start. */
export type CallLog = {
  count: (operation: string, outcome: string) => void
  start: (call: StartCall) => void
  read: () => Calls
}

const none: Calls = { counts: {}, throttledStarts: 0, starts: [] }

/** Returns a log that begins with these calls, or empty. */
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
