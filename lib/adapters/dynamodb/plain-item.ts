import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'

/**
 * An item as plain values. People write items by hand, and of a number that is no safe integer the SDK's own way of
 * reading makes a bigint, or throws: then one item would stop whoever reads the others beside it. Never throws.
 */
export const plainItem = (item: Record<string, AttributeValue>): unknown =>
  unmarshall(item, { wrapNumbers: Number })

/** The furthest from the epoch that a Date can be, in ms. */
const mostMs = 8.64e15

/** A time in ms since the epoch that can be written as a date; what shows it must not fail on it. */
export const instant = z.number().check(z.gte(-mostMs), z.lte(mostMs))
