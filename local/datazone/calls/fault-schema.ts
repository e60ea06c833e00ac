import { z } from 'zod'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { shallow } from '../input/shallow.ts'
import { strictObject } from '../input/strict-object.ts'
import { isReadOnly, model } from '../model/model.ts'
import {
  type CredentialErrorName,
  credentialErrorStatus,
  type ErrorName,
  errorStatus,
} from '../model/service-error.ts'

const documented = Object.keys(errorStatus).filter((name): name is ErrorName => name in errorStatus)
const credential = Object.keys(credentialErrorStatus).filter(
  (name): name is CredentialErrorName => name in credentialErrorStatus,
)
const errorName = z.literal([...documented, ...credential])

/** The longest wait of a Node.js timer, in ms; a longer wait ends at once. */
export const longestDelayMs = 2 ** 31 - 1

const operationNames = Object.keys(model.operations)
const changing = operationNames.filter((name) => !isReadOnly(name))

const when = {
  /** Only calls of this operation. Absent: calls of every operation. */
  operation: z.enum(operationNames).optional(),
  /** Only calls about the asset or data source with this id, which need not be in the catalogue. */
  target: z.string().min(1).optional(),
  /** The number of calls that the fault hits before it ends. */
  times: z.int().positive().optional(),
  /** When the fault ends, in epoch milliseconds of the simulator's clock. */
  untilMs: z.number().optional(),
  /** How long the fault lasts from now on, in milliseconds of the simulator's clock. */
  forMs: z.number().positive().optional(),
  /** The share of calls that the fault hits, drawn from the seed. Absent: every call. */
  probability: z.number().min(0).max(1).optional(),
}

const httpStatus = z.int().min(200).max(599)

/** The status and message of an error; absent: those of AWS. */
const errorAnswer = { status: httpStatus.min(400).optional(), message: z.string().max(10_000).optional() }

const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of an HTTP header')
const headerValue = z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be the value of an HTTP header')

const faultSchema = z.discriminatedUnion('kind', [
  /** The call takes effect, and the connection closes before the answer. */
  strictObject({ kind: z.literal('lostAnswer'), ...when }),
  /** The call has no effect and answers this error. */
  strictObject({ kind: z.literal('error'), error: errorName, ...errorAnswer, ...when }),
  /** The call takes effect and answers this error. */
  strictObject({
    kind: z.literal('errorAfterEffect'),
    error: errorName.default('InternalServerException'),
    ...errorAnswer,
    ...when,
  }),
  /**
   * A call of an operation that changes something answers this error, or closes its connection, and takes effect later,
   * unless the service refuses it then or a repeat with the same clientToken has started a run by then.
   */
  strictObject({
    kind: z.literal('lateEffect'),
    delayMs: z.number().positive(),
    answer: z.literal(['lost', ...documented]).default('lost'),
    ...when,
    /** Only calls of this operation. Absent: calls of every operation that changes something. */
    operation: z.enum(changing).optional(),
  }),
  /** The call takes effect at once and answers later, also when another fault hits the call. */
  strictObject({ kind: z.literal('slow'), delayMs: z.number().positive().max(longestDelayMs), ...when }),
  /** The call answers this HTTP response, e.g. the HTML page of a proxy; `afterEffect` says whether it takes effect. */
  strictObject({
    kind: z.literal('raw'),
    status: httpStatus,
    headers: z.record(headerName, headerValue).default({}),
    body: z.string().max(1_000_000).default(''),
    afterEffect: z.boolean().default(false),
    ...when,
  }),
  /** The call takes effect, and its answer breaks off halfway through the body. */
  strictObject({ kind: z.literal('truncated'), ...when }),
  /** The call gets no answer, and its connection stays open until the caller gives up. */
  strictObject({ kind: z.literal('hang'), afterEffect: z.boolean().default(false), ...when }),
  /** The call has no effect, and its connection is reset. */
  strictObject({ kind: z.literal('reset'), ...when }),
  /** The call takes effect, and these fields of its answer have these values, whatever the model says. */
  strictObject({
    kind: z.literal('unreadable'),
    fields: shallow(z.record(z.string().min(1), z.json())),
    /** Only in the structure with this id, e.g. one run of a List page. */
    id: z.string().min(1).optional(),
    ...when,
  }),
])

/** A list of faults, which replaces all faults that were set before. */
export const faultsSchema = z.array(faultSchema).max(1000)

/** A fault: what goes wrong, and in which calls. */
export type Fault = z.input<typeof faultSchema>
/** A fault that is set, when it ends, and how many calls it has matched and hit. */
export type ArmedFault = z.output<typeof faultSchema> & { endsAtMs: number; seen: number; hits: number }
/** A fault that is set, and how many calls it has hit. */
export type FaultStatus = z.output<typeof faultSchema> & { hits: number }

const refusePast = (untilMs: number | undefined, index: number, nowMs: number): void => {
  if (untilMs !== undefined && untilMs <= nowMs)
    throw new ControlError(
      `[${index}].untilMs: ${untilMs} is in the past, because the clock shows ${nowMs}: give a later moment in epoch milliseconds, or forMs`,
    )
}

/** Checks faults and returns them as set at `nowMs`. Throws ControlError, which names each wrong field. */
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

/** Returns the faults that are set, in the order in which they were given. */
export const faultStatuses = (faults: readonly ArmedFault[]): FaultStatus[] =>
  faults.map(({ endsAtMs: _endsAtMs, seen: _seen, ...fault }) => fault)
