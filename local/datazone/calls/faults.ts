import { isReadOnly } from '../model/model.ts'
import { credentialErrorStatus, errorStatus } from '../model/service-error.ts'
import { isHit, type Seed } from '../world/random.ts'
import type { AnsweredError, Transport, UnreadableFields } from './answer.ts'
import type { ArmedFault } from './fault-schema.ts'

/** The parts of a call that decide which faults hit it. */
export type CallInfo = Readonly<{ operation: string; targetId: string | undefined; atMs: number }>

/** How the faults that hit a call change it. */
export type FaultEffect = Readonly<{
  delayMs: number
  lost: boolean
  /** The error that is answered instead of an effect. */
  errorBefore: AnsweredError | undefined
  /** The error that is answered although the call took effect. */
  errorAfter: AnsweredError | undefined
  /** How many milliseconds later the effect comes; undefined: at once, or never. */
  lateByMs: number | undefined
  transport: Transport | undefined
  unreadable: UnreadableFields | undefined
}>

/** The effect where no fault hits the call. */
export const noEffect: FaultEffect = {
  delayMs: 0,
  lost: false,
  errorBefore: undefined,
  errorAfter: undefined,
  lateByMs: undefined,
  transport: undefined,
  unreadable: undefined,
}

const injected = 'Injected by a fault of the simulator'

const basicTime = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')

/** Returns AWS's message for a credential error; the signature that expired is from a clock that is 20 minutes behind. */
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

/** Returns whether a fault matches a call, apart from its probability. */
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

/** Returns the effect of a transport fault. A caller in process has no connection and sees a lost answer instead. */
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
 * Returns what the faults that are set do to a call: the delays of all slow faults that hit it add up; of the other
 * kinds, only the first fault that hits it counts.
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
