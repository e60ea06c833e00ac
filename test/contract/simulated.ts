import { type VirtualTime, virtualTime } from '../simulation/ports/clock.ts'
import { seededFates, type Weather } from '../simulation/ports/fates.ts'
import type { Fate, Step } from '../simulation/ports/port-call.ts'
import { type Process, startProcess } from '../simulation/ports/process.ts'
import { type Random, seededRandom } from '../simulation/ports/random.ts'

/** A process of a simulation whose time passes whenever a caller waits. */
export interface Driven {
  readonly time: VirtualTime
  readonly random: Random
  readonly process: Process
  /** Makes a call as the process does, and lets time run until the call is answered. */
  readonly step: Step
  /** Makes every later call fail before its effect, as if the port were unreachable. */
  unplug(): void
}

/** Calls take 1 to 5 ms of virtual time, so that concurrent calls take effect in any order. */
const weather: Weather = { accidents: {}, latencyMs: [1, 5] }

/** Simulates one process for contract tests, which do not know of virtual time. */
export const driven = (startMs = 0, calls: Weather = weather): Driven => {
  const random = seededRandom('contract')
  const time = virtualTime(startMs, random.fork('time'))
  const seeded = seededFates(random.fork('fates'), () => calls)
  let plugged = true
  const process = startProcess({
    name: 'contract',
    time,
    random: random.fork('process'),
    fates: (call): Fate => (plugged ? seeded(call) : { ...seeded(call), accident: 'fail-before' }),
  })
  return {
    time,
    random,
    process,
    step: (call) => {
      const answer = process.step(call)
      void time.run()
      return answer
    },
    unplug: () => {
      plugged = false
    },
  }
}
