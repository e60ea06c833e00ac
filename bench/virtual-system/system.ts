import policyFile from '../../config/policy.json' with { type: 'json' }
import type { DataZone } from '../../local/datazone/datazone.ts'
import { deployed } from '../../test/simulation/deployed.ts'
import { startEnvironment } from '../../test/simulation/environment.ts'
import { simulatedBreakers } from '../../test/simulation/ports/breakers.ts'
import type { VirtualTime } from '../../test/simulation/ports/clock.ts'
import { dataZoneFor } from '../../test/simulation/ports/datazone.ts'
import { simulatedBus } from '../../test/simulation/ports/event-bus.ts'
import { fairWeather, seededFates } from '../../test/simulation/ports/fates.ts'
import { hintQueueFor } from '../../test/simulation/ports/hint-queue.ts'
import { deliverHints } from '../../test/simulation/ports/hint-source.ts'
import { type Process, startProcess } from '../../test/simulation/ports/process.ts'
import { type SimulatedQueue, simulatedQueue } from '../../test/simulation/ports/queue.ts'
import type { Random } from '../../test/simulation/ports/random.ts'
import { requestQueueFor } from '../../test/simulation/ports/request-queue.ts'
import { simulatedTable } from '../../test/simulation/ports/run-store.ts'
import { simulatedPace } from '../../test/simulation/ports/start-pace.ts'
import { drawProfile } from '../../test/simulation/profile.ts'
import { memorySkipLog } from '../../test/support/memory-skip-log.ts'
import { appliedPlan } from './applied-plan.ts'
import type { Case } from './case.ts'

/** A queue that wakes the functions whenever a sender or a sweep puts a message on it. */
const waking = (queue: SimulatedQueue, wake: () => void): SimulatedQueue => ({
  ...queue,
  send: (body, delayMs) => {
    const id = queue.send(body, delayMs)
    wake()
    return id
  },
})

/** The simulated table, bus, pace and breakers, and the ports that a process reaches them by. */
const simulatedPorts = (given: Case, time: VirtualTime) => {
  const table = simulatedTable({ time })
  const bus = simulatedBus({ time })
  const pace = simulatedPace(deployed.startRatePerSecond)
  const breakers = simulatedBreakers(time.now)
  const portsFor = (process: Process) => ({
    store: table.storeFor(process.step),
    pace: pace.paceFor(process.step),
    breakers: given.breakers ?? breakers.breakersFor(process.step),
    switches: { pauseOf: async () => undefined },
    skips: memorySkipLog(),
    bus: bus.busFor(process.step),
    clock: process.clock,
  })
  return { table, bus, portsFor }
}

/** Starts the functions' own handlers against the simulator, on simulated queues, table and bus. */
export const startSystem = async (given: Case, datazone: DataZone, time: VirtualTime, random: Random) => {
  const queueNamed = (name: string) =>
    simulatedQueue({ name, time, random: random.fork(name), visibilityTimeoutMs: 185_000 })
  const wake = () => environment.wake()
  const [requests, hints] = [waking(queueNamed('requests'), wake), waking(queueNamed('hints'), wake)]
  const rejected = queueNamed('rejected')
  const { table, bus, portsFor } = simulatedPorts(given, time)
  const fates = seededFates(random.fork('fates'), given.weather ?? (() => fairWeather))
  const hinting = deliverHints(time, datazone, hints.send)
  const environment = startEnvironment({
    time,
    random: random.fork('environment'),
    profile: { ...drawProfile(random.fork('profile'), undefined), tickLateMs: 0, tickTwice: 0 },
    policyFile: given.policyFile ?? policyFile,
    requests,
    hints,
    hintsFor: (process) => hintQueueFor(process.step, hints),
    sabotage: undefined,
    backfills: await appliedPlan(given.runs, given.backfill ?? 0, time.now()),
    count: () => {},
    process: (name) => startProcess({ name, time, fates, random: random.fork(name) }),
    portsFor: (process) => ({
      ...portsFor(process),
      datazone: dataZoneFor(process.step, hinting),
      queue: requestQueueFor(process.step, { requests, rejected }),
    }),
  })
  environment.calm()
  return { requests, table, bus }
}
