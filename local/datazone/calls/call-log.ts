/** One call of StartMetadataGenerationRun. */
type StartCall = Readonly<{
  atMs: number
  /** 'ok', 'lost' (it took effect, and nobody was told) or the name of the error that was answered. */
  outcome: string
  /** Whether it was over the rate, and so refused before anything was looked at. */
  overQuota: boolean
  /** The run that it made or replayed, whatever was answered. */
  runId: string | undefined
}>

/** Every call there was. */
export type Calls = Readonly<{
  /** By operation, then by outcome. */
  counts: Readonly<Record<string, Readonly<Record<string, number>>>>
  throttledStarts: number
  starts: readonly StartCall[]
}>

/** Counts calls, and keeps a line for each Start. */
export type CallLog = {
  count: (operation: string, outcome: string) => void
  start: (call: StartCall) => void
  read: () => Calls
}

/** An empty log. */
export const createCallLog = (): CallLog => {
  const counts: Record<string, Record<string, number>> = {}
  const starts: StartCall[] = []
  let throttledStarts = 0
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
