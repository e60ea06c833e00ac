import { type Measured, runs } from './measured.ts'

/** US dollars, list prices of us-east-1 without free tiers. */
const price = {
  datazoneCall: 0.0001,
  writeUnit: 0.000000625,
  readUnit: 0.000000125,
  lambdaRequest: 0.0000002,
  lambdaGbSecond: 0.0000133334,
  queueRequest: 0.0000004,
  busEvent: 0.000001,
  scheduledInvocation: 0.000001,
  metricMonth: 0.3,
  alarmMetricMonth: 0.1,
  dashboardMonth: 3,
  email: 0.00002,
} as const

const sweepsPerMonth = 43_800
/** Lambda keeps at least five long polls of 20 s open for each queue that it reads (documented). */
const emptyReceivesPerMonth = 5 * 3 * 43_800
/** The queues of requests and hints. The queue of notifications is the third, where it is turned on. */
const polledQueues = 2

/** Billed milliseconds of an invocation: assumed, because no local engine has the network of AWS. */
export const assumed = { starterMsPerRun: 400, sweepMs: 200, observerMsPerBatch: 300 } as const

interface Item {
  readonly item: string
  /** Dollars. */
  readonly cost: number
}

const gbSeconds = (memoryMb: number, ms: number): number => (memoryMb / 1024) * (ms / 1000)
const total = (items: readonly Item[]): number => items.reduce((sum, { cost }) => sum + cost, 0)
const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** What 1,000 runs cost, item by item. */
const itemsOfRuns = ({ calls, count, writeUnits }: Measured): readonly (Item & { amount: number })[] => {
  const paceUpdates = count('pace.reserve')
  const reads = count('pace.rateCuts') + count('store.runsOfAsset') + count('store.byRunId')
  const starterAndObserver = gbSeconds(512, assumed.starterMsPerRun + assumed.observerMsPerBatch)
  const priced = (item: string, amount: number, each: number) => ({ item, amount, cost: amount * each })
  return [
    priced('DataZone calls', sumOf(calls), price.datazoneCall),
    priced('DynamoDB write units', writeUnits.run * runs, price.writeUnit),
    {
      item: 'DynamoDB pace updates and reads',
      amount: paceUpdates + reads,
      cost: paceUpdates * price.writeUnit + reads * price.readUnit,
    },
    priced('EventBridge events', 2 * runs, price.busEvent),
    priced('SQS requests (send, receive, delete; request and hint)', 6 * runs, price.queueRequest),
    {
      item: 'Lambda, starter and observer',
      amount: 2 * runs,
      cost: 2 * runs * price.lambdaRequest + runs * starterAndObserver * price.lambdaGbSecond,
    },
  ]
}

/** What a month costs without a run, item by item. */
const itemsOfMonth = ({ customMetrics, alarmMetrics, writeUnits }: Measured): readonly Item[] => {
  const sweeps = `${sweepsPerMonth.toLocaleString('en-US')} sweeps`
  const emptyReceives = polledQueues * emptyReceivesPerMonth
  const perSweep = (what: string, each: number): Item => ({
    item: `${sweeps}, ${what}`,
    cost: sweepsPerMonth * each,
  })
  return [
    { item: `Custom metrics, at most ${customMetrics}`, cost: customMetrics * price.metricMonth },
    { item: `Alarms on ${alarmMetrics} metrics`, cost: alarmMetrics * price.alarmMetricMonth },
    { item: 'Dashboard', cost: price.dashboardMonth },
    perSweep('Lambda', price.lambdaRequest + gbSeconds(1024, assumed.sweepMs) * price.lambdaGbSecond),
    perSweep('scheduler', price.scheduledInvocation),
    {
      item: `${emptyReceives.toLocaleString('en-US')} empty receives of ${polledQueues} queues`,
      cost: emptyReceives * price.queueRequest,
    },
    perSweep('index reads (4 each)', 4 * 0.5 * price.readUnit),
    perSweep(`write units (${writeUnits.sweep} each)`, writeUnits.sweep * price.writeUnit),
  ]
}

/** Multiplies what was measured by list prices. All sums are dollars. */
export const billFor = (measured: Measured) => {
  const [ofRuns, ofMonth] = [itemsOfRuns(measured), itemsOfMonth(measured)]
  return {
    ofRuns,
    ofMonth,
    thousandRuns: total(ofRuns),
    month: total(ofMonth),
    notifications: {
      receivesOfMonth: emptyReceivesPerMonth * price.queueRequest,
      thousandEmails: 1000 * price.email,
    },
  }
}

export type Bill = ReturnType<typeof billFor>
