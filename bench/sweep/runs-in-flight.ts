import type { InFlightRun } from '../../lib/run/run.ts'
import { seededRandom } from '../../test/simulation/ports/random.ts'
import { inFlightRun, subject, t0 } from '../../test/support/runs.ts'

/** DataZone starts ten runs a second at most, so in the long run no more than that end. */
export const endingsPerSecond = 10
export const endingMinutes = 10

/** Longer than any measurement, so that no run times out. */
const deadlineMs = 10_000 * 60_000

const runNumber = (number: number, startedAtMs: number): InFlightRun =>
  inFlightRun({
    runId: `run-${number}`,
    startedAtMs,
    createdAtMs: startedAtMs,
    nativeStatus: 'IN_PROGRESS',
    policy: { deadlineMs },
    subject: { ...subject, assetId: `asset-${number}` },
  })

/** Returns `count` runs in flight, oldest first, started at the highest rate that DataZone allows. */
export const runsInFlight = (count: number): readonly InFlightRun[] =>
  Array.from({ length: count }, (_, number) =>
    runNumber(number, t0 - 60_000 - Math.floor(((count - number) * 1000) / endingsPerSecond)),
  )

/** When each run ends, in ms since the epoch, and how, by run id. Runs that are not in it stay in progress. */
export type Endings = ReadonlyMap<string, { readonly atMs: number; readonly status: string }>

/** Draws which of the runs in flight end, and when: 5% fail. */
export const drawEndings = (count: number, seed: number): Endings => {
  const random = seededRandom(seed)
  const numbers = Array.from({ length: count }, (_, number) => number)
  for (let last = count - 1; last > 0; last -= 1) {
    const other = random.whole(0, last)
    const [one = 0, two = 0] = [numbers[last], numbers[other]]
    numbers[last] = two
    numbers[other] = one
  }
  const ending = numbers.slice(0, endingsPerSecond * 60 * endingMinutes)
  return new Map(
    ending.map((number, index) => [
      `run-${number}`,
      {
        atMs: t0 + Math.floor((index * endingMinutes * 60_000) / ending.length),
        status: index % 20 === 19 ? 'FAILED' : 'SUCCEEDED',
      },
    ]),
  )
}

/** Returns the status that DataZone shows for a run at a time. */
export const statusAt = (endings: Endings, runId: string, nowMs: number): string => {
  const ending = endings.get(runId)
  return ending !== undefined && ending.atMs <= nowMs ? ending.status : 'IN_PROGRESS'
}
