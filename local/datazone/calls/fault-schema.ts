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

/** The longest wait of a Node.js timer; a longer one ends at once. */
export const longestDelayMs = 2 ** 31 - 1

const operationNames = Object.keys(model.operations)
const changing = operationNames.filter((name) => !isReadOnly(name))

const when = {
  /** Only calls of this operation; absent: of every operation. */
  operation: z.enum(operationNames).optional(),
  /** Only calls about this asset or data source, which need not be in the catalogue. */
  target: z.string().min(1).optional(),
  /** The number of calls that it hits before it ends. */
  times: z.int().positive().optional(),
  /** The moment at which it ends, in epoch milliseconds of the simulator's clock. */
  untilMs: z.number().optional(),
  /** How many milliseconds after it is set it ends. */
  forMs: z.number().positive().optional(),
  /** The share of calls that it hits, drawn from the seed; absent: every call. */
  probability: z.number().min(0).max(1).optional(),
}

const httpStatus = z.int().min(200).max(599)

/** An answered error: the status and message of AWS, unless the fault gives others. */
const errorAnswer = { status: httpStatus.min(400).optional(), message: z.string().max(10_000).optional() }

const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of an HTTP header')
const headerValue = z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be the value of an HTTP header')

const faultSchema = z.discriminatedUnion('kind', [
  /** The call takes effect, and the connection breaks before the answer. */
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
   * A call that changes something answers this error, or breaks its connection, and takes effect later: unless the
   * service refuses it then, or its clientToken has started a run by then.
   */
  strictObject({
    kind: z.literal('lateEffect'),
    delayMs: z.number().positive(),
    answer: z.literal(['lost', ...documented]).default('lost'),
    ...when,
    /** Only calls of this operation; absent: of every operation that changes something. */
    operation: z.enum(changing).optional(),
  }),
  /** The call takes effect at once and answers later. It adds to any other fault. */
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
  /** The call takes effect, and these members of its answer have these values, whatever the model says. */
  strictObject({
    kind: z.literal('unreadable'),
    fields: shallow(z.record(z.string().min(1), z.json())),
    /** Only in structures with this id, e.g. one run of a List page. */
    id: z.string().min(1).optional(),
    ...when,
  }),
])

/** Faults as they are set, all at once. */
export const faultsSchema = z.array(faultSchema).max(1000)

/** What goes wrong, and when. */
export type Fault = z.input<typeof faultSchema>
/** A fault that is set, with the moment it ends and the calls that it has seen and hit. */
export type ArmedFault = z.output<typeof faultSchema> & { endsAtMs: number; seen: number; hits: number }
/** A fault as it was set, and how many calls it has hit. */
export type FaultStatus = z.output<typeof faultSchema> & { hits: number }

const refusePast = (untilMs: number | undefined, index: number, nowMs: number): void => {
  if (untilMs !== undefined && untilMs <= nowMs)
    throw new ControlError(
      `[${index}].untilMs: ${untilMs} is in the past, the clock shows ${nowMs}: give a later moment in epoch milliseconds, or forMs`,
    )
}

/** Checks faults and sets them as of `nowMs`. Throws ControlError, which names each wrong field. */
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

/** The faults that are set, in their order. */
export const faultStatuses = (faults: readonly ArmedFault[]): FaultStatus[] =>
  faults.map(({ endsAtMs: _endsAtMs, seen: _seen, ...fault }) => fault)
