import * as z from 'zod/mini'
import type { RunBoard } from './run-board.ts'

const ActualRuns = z.array(z.object({ id: z.string(), endsAtMs: z.number() }))
const Clock = z.object({ clockMs: z.number() })

const recentMs = 10 * 60_000
const pauseMs = 5000

/**
 * From the ending of each recent run at the simulated DataZone to its detection, in ms. DataZone shows no end time, so only
 * the simulator knows. Reads it every five seconds at most.
 */
export const simulatedLateness = (datazone: string, board: RunBoard): (() => Promise<readonly number[]>) => {
  let known: readonly number[] = []
  let readAtMs = 0
  const ask = async <T>(path: string, schema: z.ZodMiniType<T>): Promise<T> =>
    z.parse(schema, await (await fetch(`${datazone}/_simulator/${path}`)).json())
  const read = async (): Promise<readonly number[]> => {
    const nowMs = Date.now()
    const { clockMs } = await ask('clock', Clock)
    const aheadMs = clockMs - nowMs
    const endedAt = new Map(
      (await ask('runs', ActualRuns)).map(({ id, endsAtMs }) => [id, endsAtMs - aheadMs]),
    )
    return [...board.rows()].flatMap(({ runId, detectedAtMs }) => {
      const endedAtMs = endedAt.get(runId ?? '')
      if (detectedAtMs === undefined || endedAtMs === undefined || detectedAtMs < nowMs - recentMs) return []
      return [Math.max(0, detectedAtMs - endedAtMs)]
    })
  }
  return async () => {
    if (Date.now() - readAtMs < pauseMs) return known
    readAtMs = Date.now()
    known = await read().catch(() => known)
    return known
  }
}
