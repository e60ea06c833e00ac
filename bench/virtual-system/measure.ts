import { deployed } from '../../test/simulation/deployed.ts'
import { virtualTime } from '../../test/simulation/ports/clock.ts'
import { seededRandom } from '../../test/simulation/ports/random.ts'
import type { SimulatedTable } from '../../test/simulation/ports/run-store.ts'
import { scheduleRequests } from './arrivals.ts'
import type { Case } from './case.ts'
import { type Figures, figuresOf } from './figures.ts'
import { scheduleChanges, simulatorFor } from './simulator.ts'
import { startSystem } from './system.ts'

const someMondayMs = Date.UTC(2026, 0, 5, 9)
/** Long enough for the last run to end, with or without its hint. */
const settlingMs = 15 * 60_000

/** How long every run of a case needs to end, in ms. */
const lengthOf = ({ runs, everyMs }: Case): number =>
  Math.max(runs * everyMs, (runs * 1000) / deployed.startRatePerSecond) + settlingMs

const countParked = (table: SimulatedTable): Readonly<Record<string, number>> => {
  const parked: Record<string, number> = {}
  for (const item of table.items()) {
    if (item['state'] !== 'PARKED') continue
    const reason = String(item['reason'])
    parked[reason] = (parked[reason] ?? 0) + 1
  }
  return parked
}

/** Runs the functions' own handlers in virtual time against the simulator, and counts what they did. */
export const measure = async (given: Case): Promise<Figures> => {
  const { startMs = someMondayMs, lastsMs = lengthOf(given), countParkedAtMs = lastsMs } = given
  const random = seededRandom(given.seed)
  const time = virtualTime(startMs, random.fork('time'))
  const datazone = simulatorFor(given, time.now)
  const { requests, table, bus } = await startSystem(given, datazone, time, random)
  scheduleChanges(given, datazone, time)
  const requestedAtMs = scheduleRequests(given, requests.send, time, random.fork('arrivals'))
  let parked: Figures['parked'] = {}
  time.at(startMs + countParkedAtMs, () => {
    parked = countParked(table)
  })
  await time.run(startMs + lastsMs)
  return { ...figuresOf(datazone, bus, requestedAtMs, startMs), parked }
}
