import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'

const keysOf = ({ pk, sk }: Record<string, AttributeValue>): unknown => ({ pk: pk?.S, sk: sk?.S })

/**
 * Returns an item as plain values, or only its keys if the SDK cannot convert it. Operators may write items by hand, and
 * one such item must not keep the others from being read. Never throws.
 */
export const plainItem = (item: Record<string, AttributeValue>): unknown => {
  try {
    // Of an unsafe integer the SDK would make a bigint, or throw.
    return unmarshall(item, { wrapNumbers: Number })
  } catch {
    return keysOf(item)
  }
}

/** The last millisecond of the year 9999: later times have no ISO 8601 form that events and JSON Schema accept. */
const maxMs = Date.UTC(10_000, 0) - 1

/** A time in ms since the epoch that can be printed as an ISO 8601 date with a year of four digits. */
export const instant = z.number().check(z.gte(0), z.lte(maxMs))

/** A number that is counted up, which must stay a safe integer when one is added. */
export const counter = z.int().check(z.gte(0), z.lt(Number.MAX_SAFE_INTEGER))

/** Text that can be encoded as UTF-8: a lone surrogate in a key would throw. */
export const wellFormed = z.string().check(z.refine((text) => text.isWellFormed()))

/** Text for operators and events: a lone surrogate, which neither UTF-8 nor EventBridge accepts, is replaced. */
export const text = z.pipe(
  z.string(),
  z.transform((value: string) => value.toWellFormed()),
)
