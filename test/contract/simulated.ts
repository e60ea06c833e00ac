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
  /** Like the process's own, and time runs until it has its answer. */
  readonly step: Step
  /** From now on every call fails before its effect, as when the port is out of reach. */
  unplug(): void
}

/** Calls take from one to a few ms in virtual time, so that calls made at once meet in any order. */
const weather: Weather = { accidents: {}, latencyMs: [1, 5] }

/** A simulation of one process for contract tests, which know nothing of virtual time. */
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
