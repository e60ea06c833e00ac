import type { StarterPorts } from '../../lib/usecases/start/start-context.ts'
import type { DataZone } from '../../local/datazone/datazone.ts'
import { deployed } from './deployed.ts'
import type { SeenEvent } from './outside.ts'
import { type SimulatedBreakers, simulatedBreakers } from './ports/breakers.ts'
import { contendedStep, type RefuseWrite, refusedStep } from './ports/contended-writes.ts'
import { dataZoneFor } from './ports/datazone.ts'
import { simulatedBus } from './ports/event-bus.ts'
import type { Process } from './ports/process.ts'
import { requestQueueFor } from './ports/request-queue.ts'
import { type SimulatedTable, simulatedTable } from './ports/run-store.ts'
import { type SimulatedSkipLog, simulatedSkipLog } from './ports/skip-log.ts'
import { type SimulatedPace, simulatedPace } from './ports/start-pace.ts'
import { type SimulatedSwitches, simulatedSwitches } from './ports/switches.ts'
import type { Setting } from './setting.ts'
import type { WorldQueues } from './world-queues.ts'

/** The simulated services that the functions of a world call through their ports. */
export interface WorldPorts {
  readonly table: SimulatedTable
  readonly pace: SimulatedPace
  readonly breakers: SimulatedBreakers
  readonly switches: SimulatedSwitches
  readonly skips: SimulatedSkipLog
  /** Every event that the bus accepted. */
  readonly events: readonly SeenEvent[]
  /** Returns the ports as one process sees them. */
  portsFor(process: Process): StarterPorts
}

interface Surroundings {
  readonly datazone: DataZone
  readonly queues: WorldQueues
  readonly refuseWrite: RefuseWrite
  /** Called after each write to the table. */
  readonly written: () => void
  /** Counts a fault by its kind. */
  readonly count: (kind: string) => void
}

const tableOf = ({ time, profile, chance, isStorm, keeps }: Setting, { written, count }: Surroundings) =>
  simulatedTable({
    time,
    indexLagMs: () => {
      const lagMs = isStorm() ? chance.whole(0, profile.indexLagMs) : 0
      if (lagMs > 0) count('index lag')
      return lagMs
    },
    pageRecords: profile.pageRecords,
    written,
    recognizesClaims: keeps('claim ids'),
    bringsToNow: keeps('checks of records'),
    repairsCounts: keeps('repairs of counts'),
    checksCounters: keeps('checks of counters'),
    repairsHolders: keeps('repairs of holders'),
  })

/** Creates the run bus, which refuses some entries in the storm, and the list of events that it accepts. */
const busOf = (
  { time, profile, chance, isStorm }: Setting,
  { count }: Surroundings,
  table: SimulatedTable,
) => {
  const events: SeenEvent[] = []
  const bus = simulatedBus({
    time,
    entryFails: ({ detailType, detail }) => {
      if (isStorm() && chance.chance(profile.entryFails)) {
        count('refused entry')
        return true
      }
      const { asset, dataSource } = detail.data
      events.push({
        takenAtMs: time.now(),
        detailType,
        detail: JSON.stringify(detail),
        itemsThen: table
          .items()
          .filter((item) => item['assetId'] === asset?.id && item['dataSourceId'] === dataSource?.id),
      })
      return false
    },
  })
  return { bus, events }
}

/** Creates the simulated table, bus, pace, breakers, switches and skip log of a world. */
export const worldPorts = (setting: Setting, surroundings: Surroundings): WorldPorts => {
  const { time, random, chance, profile, sabotage, isStorm, keeps } = setting
  const { datazone, queues, refuseWrite } = surroundings
  const table = tableOf(setting, surroundings)
  const { bus, events } = busOf(setting, surroundings, table)
  const pace = simulatedPace(deployed.startRatePerSecond, keeps('checks of the pace'))
  const breakers = simulatedBreakers(time.now, keeps('checks of breakers'))
  const lags = random.fork('switches')
  const switches = simulatedSwitches({
    time,
    lagMs: () => lags.whole(0, 30_000),
    ...(sabotage?.switchReader === undefined ? {} : { reader: sabotage.switchReader }),
  })
  const skips = simulatedSkipLog()
  const memory = new Set<string>()
  const olderDomains = new Set<string>()
  const isEntryRefused = () => isStorm() && chance.chance(profile.entryFails)

  const portsFor = ({ step, clock }: Process): StarterPorts => {
    const tableStep = keeps('write retries')
      ? contendedStep(step, clock, refuseWrite)
      : refusedStep(step, refuseWrite)
    const ports = {
      store: table.storeFor(tableStep),
      pace: pace.paceFor(tableStep),
      breakers: breakers.breakersFor(tableStep),
      switches: switches.switchesFor(step),
      skips: skips.skipsFor(tableStep),
      datazone: dataZoneFor(step, datazone, olderDomains),
      bus: bus.busFor(step),
      queue: requestQueueFor(step, queues, isEntryRefused),
      clock,
    }
    return sabotage?.ports?.(ports, { table, random: chance, memory }) ?? ports
  }
  return { table, pace, breakers, switches, skips, events, portsFor }
}
