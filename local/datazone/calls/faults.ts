import { z } from 'zod'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { model, operationNamed } from '../model/model.ts'
import { type ErrorName, errorStatus } from '../model/service-error.ts'
import { draw, type Seed } from '../world/random.ts'

const errorNames = Object.keys(errorStatus).filter((name): name is ErrorName => name in errorStatus)
const errorName = z.literal(errorNames)

/** What a timer of Node.js can wait for: a longer one would end at once. */
export const longestDelayMs = 2 ** 31 - 1

const operationNames = Object.keys(model.operations)
const changing = operationNames.filter((name) => !operationNamed(name).readonly)

const when = {
  /** Only calls of this operation; left out, of all. */
  operation: z.enum(operationNames).optional(),
  /** Only calls about this asset or data source, which need not be in the catalogue. */
  target: z.string().min(1).optional(),
  /** So many calls, then no more. */
  times: z.int().positive().optional(),
  /** Until this moment of the simulator's clock, epoch milliseconds. */
  untilMs: z.number().optional(),
  /** For so many milliseconds from when the fault is set. */
  forMs: z.number().positive().optional(),
  /** Share of the calls that it hits, drawn from the seed; left out, all. */
  probability: z.number().min(0).max(1).optional(),
}

const faultSchema = z.discriminatedUnion('kind', [
  /** The call takes effect, and the caller's connection breaks before the answer. */
  strictObject({ kind: z.literal('lostAnswer'), ...when }),
  /** The call has no effect and answers this error. */
  strictObject({ kind: z.literal('error'), error: errorName, ...when }),
  /** The call takes effect, and answers this error. */
  strictObject({
    kind: z.literal('errorAfterEffect'),
    error: errorName.default('InternalServerException'),
    ...when,
  }),
  /**
   * A Start or Cancel answers this error, or nothing, and takes effect so many milliseconds later: unless it is
   * refused then, or its clientToken has started a run meanwhile.
   */
  strictObject({
    kind: z.literal('lateEffect'),
    delayMs: z.number().positive(),
    answer: z.literal(['lost', ...errorNames]).default('lost'),
    ...when,
    /** Only calls of this operation; left out, of all that change something. */
    operation: z.enum(changing).optional(),
  }),
  /** The call takes effect at once, and answers so many milliseconds later. Adds to any other fault. */
  strictObject({ kind: z.literal('slow'), delayMs: z.number().positive().max(longestDelayMs), ...when }),
])

/** Faults as they are set, all at once. */
export const faultsSchema = z.array(faultSchema).max(1000)

/** Something that goes wrong, and when. */
export type Fault = z.input<typeof faultSchema>
/** A fault that is set, with what it has seen and done so far. */
export type ArmedFault = z.output<typeof faultSchema> & { endsAtMs: number; seen: number; hits: number }
/** A call, as far as faults care. */
export type CallInfo = Readonly<{ operation: string; targetId: string | undefined; atMs: number }>
/** What faults do to a call. */
export type FaultEffect = Readonly<{
  delayMs: number
  lost: boolean
  errorBefore: ErrorName | undefined
  errorAfter: ErrorName | undefined
  /** The effect comes so much later; undefined for one that comes at once, or not at all. */
  lateByMs: number | undefined
}>

const refusePast = (untilMs: number | undefined, index: number, nowMs: number): void => {
  if (untilMs !== undefined && untilMs <= nowMs)
    throw new ControlError(
      `[${index}].untilMs: ${untilMs} is past, it is ${nowMs} now: give a later moment in epoch milliseconds, or forMs`,
    )
}

/** Checks faults, and arms them as of `nowMs`. Throws ControlError, naming each wrong field. */
export const armFaults = (faults: unknown, nowMs: number): ArmedFault[] => {
  const given = parseInput('the list of faults', faultsSchema, faults)
  for (const [index, fault] of given.entries()) refusePast(fault.untilMs, index, nowMs)
  return given.map((fault) => ({
    ...fault,
    endsAtMs: Math.min(
      fault.untilMs ?? Number.POSITIVE_INFINITY,
      nowMs + (fault.forMs ?? Number.POSITIVE_INFINITY),
    ),
    seen: 0,
    hits: 0,
  }))
}

/** A fault as it was set, and how many calls it has hit. */
export type FaultStatus = z.output<typeof faultSchema> & { hits: number }

/** The faults that are set, in their order. */
export const faultStatuses = (faults: readonly ArmedFault[]): FaultStatus[] =>
  faults.map(({ endsAtMs: _endsAtMs, seen: _seen, ...fault }) => fault)

/** Whether a fault is for a call, its probability aside. */
const isFor = (fault: ArmedFault, call: CallInfo): boolean =>
  !(fault.kind === 'lateEffect' && operationNamed(call.operation).readonly) &&
  (fault.operation === undefined || fault.operation === call.operation) &&
  (fault.target === undefined || fault.target === call.targetId) &&
  (fault.times === undefined || fault.hits < fault.times) &&
  call.atMs < fault.endsAtMs

/** Nothing is done to a call. */
export const noEffect: FaultEffect = {
  delayMs: 0,
  lost: false,
  errorBefore: undefined,
  errorAfter: undefined,
  lateByMs: undefined,
}

const effectOf = (fault: ArmedFault | undefined): FaultEffect => {
  switch (fault?.kind) {
    case 'lostAnswer':
      return { ...noEffect, lost: true }
    case 'error':
      return { ...noEffect, errorBefore: fault.error }
    case 'errorAfterEffect':
      return { ...noEffect, errorAfter: fault.error }
    case 'lateEffect':
      return fault.answer === 'lost'
        ? { ...noEffect, lost: true, lateByMs: fault.delayMs }
        : { ...noEffect, errorBefore: fault.answer, lateByMs: fault.delayMs }
    case 'slow':
    case undefined:
      return noEffect
    default:
      return fault satisfies never
  }
}

/** What the armed faults do to a call: every slow one that hits adds up, and the first other one that hits counts. */
export const applyFaults = (seed: Seed, faults: readonly ArmedFault[], call: CallInfo): FaultEffect => {
  let delayMs = 0
  let chosen: ArmedFault | undefined
  for (const [index, fault] of faults.entries()) {
    if ((chosen !== undefined && fault.kind !== 'slow') || !isFor(fault, call)) continue
    fault.seen += 1
    if (draw(seed, 'fault', index, fault.seen) >= (fault.probability ?? 1)) continue
    fault.hits += 1
    if (fault.kind === 'slow') delayMs += fault.delayMs
    else chosen = fault
  }
  return { ...effectOf(chosen), delayMs }
}
