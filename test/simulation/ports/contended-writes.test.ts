import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../../lib/errors.ts'
import { openBreaker } from '../../../lib/run/breaker.ts'
import { driven } from '../../contract/simulated.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  sourceSubject,
  subject,
  t0,
} from '../../support/runs.ts'
import { simulatedBreakers } from './breakers.ts'
import { contendedStep, type RefuseWrite, tableWrites, writeRefusals } from './contended-writes.ts'
import { simulatedTable } from './run-store.ts'
import { simulatedSkipLog } from './skip-log.ts'
import { simulatedPace } from './start-pace.ts'

const pauses = { firstMs: minute, maxMs: 15 * minute, leaseMs: minute, quotaProbeMs: 240 * minute }
const cause = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' } as const
const breaker = openBreaker(cause, 'Start', t0, pauses)
const skip = { requestKey: 'event:1', reason: 'REPEAT_GUARD', atMs: t0 } as const

/** Returns the ports of a process whose writes `refuse` may refuse. */
const portsWith = (refuse: RefuseWrite) => {
  const { time, process, step: drivenStep } = driven(t0)
  const clock = {
    ...process.clock,
    sleepUntil: (atMs: number) => {
      const slept = process.clock.sleepUntil(atMs)
      void time.run()
      return slept
    },
  }
  const step = contendedStep(drivenStep, clock, refuse)
  return {
    store: simulatedTable({ time }).storeFor(step),
    pace: simulatedPace(10).paceFor(step),
    breakers: simulatedBreakers(time.now).breakersFor(step),
    skips: simulatedSkipLog().skipsFor(step),
  }
}
type Ports = ReturnType<typeof portsWith>

const writes: Readonly<Record<(typeof tableWrites)[number], (ports: Ports) => Promise<unknown>>> = {
  'store.claim': ({ store }) => store.claim(claimedRun({ version: 0 })),
  'store.create': ({ store }) => store.create(parkedRun({ version: 0 })),
  'store.dropRequest': ({ store }) => store.dropRequest(parkedRun()),
  'store.endWithNext': ({ store }) => store.endWithNext(endedRun(), parkedRun({ attempt: 2, version: 0 })),
  'store.recordRunId': ({ store }) => store.recordRunId(inFlightRun({ subject: sourceSubject, version: 0 })),
  'store.save': ({ store }) => store.save(claimedRun()),
  'pace.reserve': ({ pace }) => pace.reserve(1, t0, t0 + minute),
  'pace.slowDown': ({ pace }) => pace.slowDown(t0),
  'breakers.trip': ({ breakers }) => breakers.trip(breaker),
  'breakers.change': ({ breakers }) => breakers.replace(breaker, { ...breaker, probes: 1 }),
  'breakers.close': ({ breakers }) => breakers.close(breaker),
  'skips.record': ({ skips }) => skips.record(subject, skip),
}

describe.each(tableWrites)('%s', (name) => {
  test('is retried in place after each error with which DynamoDB refuses a write', async () => {
    const asked: string[] = []
    const left = [...writeRefusals]
    const ports = portsWith((write) => {
      asked.push(write)
      return left.shift()?.()
    })
    await writes[name](ports)
    expect(asked).toEqual(Array.from({ length: writeRefusals.length + 1 }, () => name))
  })

  test('throws PortUnavailable when every try is refused', async () => {
    const ports = portsWith(() => writeRefusals[0]?.())
    await expect(writes[name](ports)).rejects.toThrow(PortUnavailable)
  })
})
