import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { backOffMs, isTransient, retryWrites } from '../../../lib/adapters/dynamodb/retry-writes.ts'
import { PortUnavailable } from '../../../lib/errors.ts'
import type { Clock } from '../../../lib/ports/clock.ts'
import type { Step } from './port-call.ts'

/** Every write of the table's ports, by the name of its call. */
export const tableWrites = [
  'store.claim',
  'store.create',
  'store.dropRequest',
  'store.endWithNext',
  'store.recordRunId',
  'store.save',
  'pace.reserve',
  'pace.slowDown',
  'breakers.trip',
  'breakers.change',
  'breakers.close',
  'skips.record',
] as const

const isTableWrite = (name: string): boolean => tableWrites.some((write) => write === name)

const named = (name: string): Error => Object.assign(new Error(`the table answered ${name}`), { name })

const canceled = (code: string): Error =>
  new TransactionCanceledException({
    message: 'the transaction was canceled',
    $metadata: {},
    CancellationReasons: [{ Code: 'None' }, { Code: code }],
  })

/** The errors of a write that certainly had no effect: by name, or as the reason of a canceled transaction. */
export const writeRefusals: readonly (() => Error)[] = [
  () => named('TransactionConflictException'),
  () => named('TransactionInProgressException'),
  () => named('ProvisionedThroughputExceededException'),
  () => named('ThrottlingException'),
  () => canceled('TransactionConflict'),
  () => canceled('ThrottlingError'),
  () => canceled('ProvisionedThroughputExceeded'),
]

/** Returns the error that refuses a write. Undefined: it is not refused. */
export type RefuseWrite = (name: string) => Error | undefined

/** Returns a step in which `refuse` may refuse writes to the table. */
export const refusedStep =
  (step: Step, refuse: RefuseWrite): Step =>
  async (call) => {
    if (!isTableWrite(call.name)) return step(call)
    const effect = () => {
      const error = refuse(call.name)
      if (error !== undefined) throw error
      return call.effect()
    }
    try {
      return await step({ ...call, effect })
    } catch (error) {
      throw isTransient(error) ? new PortUnavailable('table', error) : error
    }
  }

/** Returns such a step in which the production code retries refused writes in place, in virtual time. */
export const contendedStep = (step: Step, clock: Clock, refuse: RefuseWrite): Step => {
  const retry = retryWrites((tries) => clock.sleepUntil(clock.now() + backOffMs(tries, clock.random())))
  const once = refusedStep(step, refuse)
  return async (call) => {
    if (!isTableWrite(call.name)) return step(call)
    const causeOf = (error: unknown) =>
      error instanceof PortUnavailable && isTransient(error.cause) ? error.cause : error
    try {
      return await retry(() => once(call).catch((error) => Promise.reject(causeOf(error))))
    } catch (error) {
      throw isTransient(error) ? new PortUnavailable('table', error) : error
    }
  }
}
