import { isReadOnly } from '../model/model.ts'
import { credentialErrorStatus, errorStatus } from '../model/service-error.ts'
import { isHit, type Seed } from '../world/random.ts'
import type { AnsweredError, Transport, UnreadableFields } from './answer.ts'
import type { ArmedFault } from './fault-schema.ts'

/** What faults look at in a call. */
export type CallInfo = Readonly<{ operation: string; targetId: string | undefined; atMs: number }>

/** What faults do to a call. */
export type FaultEffect = Readonly<{
  delayMs: number
  lost: boolean
  /** Answered in place of the effect. */
  errorBefore: AnsweredError | undefined
  /** Answered although the call took effect. */
  errorAfter: AnsweredError | undefined
  /** The effect comes this much later; undefined: at once, or never. */
  lateByMs: number | undefined
  transport: Transport | undefined
  unreadable: UnreadableFields | undefined
}>

/** No fault hits the call. */
export const noEffect: FaultEffect = {
  delayMs: 0,
  lost: false,
  errorBefore: undefined,
  errorAfter: undefined,
  lateByMs: undefined,
  transport: undefined,
  unreadable: undefined,
}

const injected = 'A fault of the simulator answered this'

const basicTime = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')

/** The message of an error: that of AWS about an expired signature, whose caller's clock is 20 minutes behind. */
const messageOf = (name: AnsweredError['name'], atMs: number): string => {
  switch (name) {
    case 'InvalidSignatureException':
      return `Signature expired: ${basicTime(atMs - 1_200_000)} is now earlier than ${basicTime(atMs - 300_000)} (${basicTime(atMs)} - 5 min.)`
    case 'ExpiredTokenException':
      return 'The security token included in the request is expired'
    case 'UnrecognizedClientException':
      return 'The security token included in the request is invalid.'
    default:
      return injected
  }
}

/** Whether a fault is for a call, its probability aside. */
const isFor = (fault: ArmedFault, call: CallInfo): boolean =>
  !(fault.kind === 'lateEffect' && isReadOnly(call.operation)) &&
  (fault.operation === undefined || fault.operation === call.operation) &&
  (fault.target === undefined || fault.target === call.targetId) &&
  (fault.times === undefined || fault.hits < fault.times) &&
  call.atMs < fault.endsAtMs

type ErrorFault = Readonly<{
  error: AnsweredError['name']
  status?: number | undefined
  message?: string | undefined
}>

const errorOf = ({ error, status, message }: ErrorFault, atMs: number): AnsweredError => ({
  name: error,
  status: status ?? { ...errorStatus, ...credentialErrorStatus }[error],
  message: message ?? messageOf(error, atMs),
})

const noAnswer: AnsweredError = { name: 'InternalServerException', status: 500, message: injected }

/** A caller in process, who has no connection, sees a hang as a broken one. */
const transported = (transport: Transport, hasEffect: boolean): FaultEffect => ({
  ...noEffect,
  lost: transport.kind !== 'raw',
  errorBefore: hasEffect ? undefined : noAnswer,
  transport,
})

const effectOf = (fault: ArmedFault | undefined, atMs: number): FaultEffect => {
  switch (fault?.kind) {
    case 'lostAnswer':
      return { ...noEffect, lost: true }
    case 'error':
      return { ...noEffect, errorBefore: errorOf(fault, atMs) }
    case 'errorAfterEffect':
      return { ...noEffect, errorAfter: errorOf(fault, atMs) }
    case 'lateEffect':
      return fault.answer === 'lost'
        ? { ...noEffect, lost: true, errorBefore: noAnswer, lateByMs: fault.delayMs }
        : { ...noEffect, errorBefore: errorOf({ error: fault.answer }, atMs), lateByMs: fault.delayMs }
    case 'raw':
      return transported(
        { kind: 'raw', status: fault.status, headers: fault.headers, body: fault.body },
        fault.afterEffect,
      )
    case 'truncated':
      return transported({ kind: 'truncated' }, true)
    case 'hang':
      return transported({ kind: 'hang' }, fault.afterEffect)
    case 'reset':
      return transported({ kind: 'reset' }, false)
    case 'unreadable':
      return { ...noEffect, unreadable: { fields: fault.fields, id: fault.id } }
    case 'slow':
    case undefined:
      return noEffect
    default:
      return fault satisfies never
  }
}

/**
 * What the faults that are set do to a call: the delays of every slow fault that hits it add up, and of the others
 * the first that hits counts.
 */
export const applyFaults = (seed: Seed, faults: readonly ArmedFault[], call: CallInfo): FaultEffect => {
  let delayMs = 0
  let chosen: ArmedFault | undefined
  for (const [index, fault] of faults.entries()) {
    if ((chosen !== undefined && fault.kind !== 'slow') || !isFor(fault, call)) continue
    fault.seen += 1
    if (!isHit(fault.probability ?? 1, seed, 'fault', index, fault.seen)) continue
    fault.hits += 1
    if (fault.kind === 'slow') delayMs += fault.delayMs
    else chosen = fault
  }
  return { ...effectOf(chosen, call.atMs), delayMs }
}
