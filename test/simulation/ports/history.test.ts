import { expect, test } from 'vitest'
import policyFile from '../../../config/policy.json' with { type: 'json' }
import { readConfig } from '../../../lib/config.ts'
import { latestSlotMs } from '../../../lib/usecases/start/await-slot.ts'
import { breakerGates } from '../../../lib/usecases/start/breaker-gate.ts'
import { handleMessage } from '../../../lib/usecases/start/handle-message.ts'
import { slotGate } from '../../../lib/usecases/start/slot-gate.ts'
import { sweepRuns } from '../../../lib/usecases/sweep/sweep-runs.ts'
import { sampleCatalogue, sampleDomainId } from '../../../local/catalogue/catalogue.ts'
import { createDataZone } from '../../../local/datazone/datazone.ts'
import { memorySkipLog } from '../../support/memory-skip-log.ts'
import { t0 } from '../../support/runs.ts'
import { simulatedBreakers } from './breakers.ts'
import { virtualTime } from './clock.ts'
import { dataZoneFor } from './datazone.ts'
import { simulatedBus } from './event-bus.ts'
import { seededFates, type Weather } from './fates.ts'
import { type HistoryLine, startProcess } from './process.ts'
import { type Received, simulatedQueue } from './queue.ts'
import { seededRandom } from './random.ts'
import { requestQueueFor } from './request-queue.ts'
import { simulatedTable } from './run-store.ts'
import { simulatedPace } from './start-pace.ts'

const config = readConfig(
  {
    TABLE_NAME: 'runs',
    REQUEST_QUEUE_URL: 'requests',
    REJECTED_QUEUE_URL: 'rejected',
    HINT_QUEUE_URL: 'hints',
    EVENT_BUS_NAME: 'runs',
    MODE: 'run',
    DEFAULT_TYPES: 'BUSINESS_DESCRIPTIONS,BUSINESS_NAMES',
    START_RATE_PER_SECOND: '9.8',
  },
  policyFile,
)

const stormy: Weather = {
  accidents: {
    'crash-before': 0.02,
    'crash-after': 0.02,
    'fail-before': 0.02,
    'fail-after': 0.02,
    resend: 0.02,
  },
  latencyMs: [1, 80],
  slow: { chance: 0.05, mostMs: 5000 },
}

/** Runs a small world on every simulated port: starters on the queue and a sweep each minute, for half an hour. */
const runWorld = async (seed: number) => {
  const random = seededRandom(seed)
  const time = virtualTime(t0, random.fork('time'))
  const lines: HistoryLine[] = []
  const fates = seededFates(random.fork('fates'), () => stormy)
  const chance = random.fork('faults')
  const table = simulatedTable({ time, indexLagMs: () => chance.whole(0, 2000), pageRecords: 3 })
  const pace = simulatedPace(config.startRatePerSecond)
  const breakers = simulatedBreakers(time.now)
  const bus = simulatedBus({ time, entryFails: () => chance.chance(0.05) })
  const faults = { twice: 0.05, undeleted: 0.05, overlooked: 0.05 }
  const requests = simulatedQueue({ name: 'requests', time, random: random.fork('requests'), faults })
  const rejected = simulatedQueue({ name: 'rejected', time, random: random.fork('rejected') })
  const datazone = createDataZone({ seed, now: time.now, failureShare: 0.2 })
  datazone.control.loadCatalogue(sampleCatalogue(10))

  const environment = (name: string) => {
    const process = startProcess({
      name,
      time,
      fates,
      random: random.fork(name),
      note: (line) => lines.push(line),
    })
    const { step, clock } = process
    const ports = {
      clock,
      store: table.storeFor(step),
      pace: pace.paceFor(step),
      breakers: breakers.breakersFor(step),
      switches: { pauseOf: async () => undefined },
      skips: memorySkipLog(),
      datazone: dataZoneFor(step, datazone),
      bus: bus.busFor(step),
      queue: requestQueueFor(step, { requests, rejected }),
    }
    return { process, ports }
  }

  const handle = async (message: Received) => {
    const { process, ports } = environment(`starter ${message.receiptHandle}`)
    const deadlineMs = time.now() + 27_000
    time.at(time.now() + 30_000, () => process.kill('time-out'))
    const latestMs = latestSlotMs(deadlineMs)
    const place = slotGate(1, (count) => ports.pace.reserve(count, ports.clock.now(), latestMs))()
    const { lookAgainMs: firstMs, parkMs: maxMs, leaseMs, quotaProbeMs } = config.starter
    const gate = breakerGates(ports.breakers, ports.clock, { firstMs, maxMs, leaseMs, quotaProbeMs })()
    const tools = { ...ports, settings: config.starter, place, gate, deadlineMs, sentAtMs: message.sentAtMs }
    const result = await process.work(() =>
      handleMessage(message.body, { ...tools, receiveCount: message.receiveCount }),
    )
    const isDone =
      result.outcome === 'returned' && result.value.outcomes.every(({ outcome }) => outcome !== 'retry')
    if (isDone) requests.delete(message.receiptHandle)
  }
  const poll = () => {
    for (const message of requests.receive(10)) void handle(message)
    time.at(time.now() + 1000, poll)
  }
  const sweep = (number: number) => {
    const { process, ports } = environment(`poller ${number}`)
    void process.work(() =>
      sweepRuns({ ...ports, settings: config.sweeper, deadlineMs: time.now() + 50_000 }),
    )
    time.at(time.now() + 60_000, () => sweep(number + 1))
  }
  poll()
  sweep(1)
  for (const [index, { id, projectId }] of (sampleCatalogue(10).domains[0]?.assets ?? []).entries()) {
    const body = JSON.stringify({
      version: 1,
      requestId: `request-${index}`,
      kind: 'METADATA_GENERATION',
      domainId: sampleDomainId,
      projectId,
      asset: { id, revision: '1' },
    })
    requests.send(body)
    if (chance.chance(0.5)) requests.send(body, chance.whole(0, 60_000))
  }
  requests.send('not a request')
  const steps = await time.run(t0 + 30 * 60_000)
  return { steps, lines, runs: datazone.control.runs(), events: bus.events(), items: table.items() }
}

test('repeats line by line for the same seed, under every fault', async () => {
  const [one, again, other] = [await runWorld(1), await runWorld(1), await runWorld(2)]
  expect(one.steps).toBeGreaterThan(2000)
  const kinds = new Set(one.lines.map(({ what }) => what))
  for (const accident of Object.keys(stormy.accidents)) expect(kinds).toContain(accident)
  expect(again).toEqual(one)
  expect(other.lines).not.toEqual(one.lines)
})

test('P1, P4: gives each asset one run, and each ending one event id', async () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const { runs, events, items } = await runWorld(seed)
    expect(new Set(runs.map(({ assetId }) => assetId)).size).toBe(runs.length)
    const announced = events.filter(({ detailType }) => detailType !== 'Metadata Generation Run Rejected')
    expect(new Set(announced.map(({ detail }) => Object(JSON.parse(detail)).metadata.id)).size).toBe(
      items.filter(({ state }) => state === 'ENDED').length,
    )
  }
})
