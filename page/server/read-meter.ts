import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import * as z from 'zod/mini'

/** Counts what the page reads, and keeps it below a limit. */
export interface ReadMeter {
  readonly unitsPerMinute: number
  /** The read units of the last 60 s. */
  unitsLastMinute(): number
  /** Whether a read may begin. One read may use more than is left; the next ones then wait until that is paid back. */
  hasRoom(): boolean
  /** How long until a read may begin, in ms; 0 when it may begin now. */
  waitMs(): number
  add(units: number): void
}

const minuteMs = 60_000

/** Allows `unitsPerMinute` read units a minute, and saves up at most a minute's worth. */
export const readMeter = (unitsPerMinute: number, now: () => number = Date.now): ReadMeter => {
  const reads: { atMs: number; units: number }[] = []
  let allowance = unitsPerMinute
  let seenAtMs = now()
  const accrue = () => {
    const nowMs = now()
    allowance = Math.min(unitsPerMinute, allowance + ((nowMs - seenAtMs) / minuteMs) * unitsPerMinute)
    seenAtMs = nowMs
    while (reads[0] !== undefined && reads[0].atMs <= nowMs - minuteMs) reads.shift()
  }
  return {
    unitsPerMinute,
    unitsLastMinute: () => {
      accrue()
      return reads.reduce((sum, { units }) => sum + units, 0)
    },
    hasRoom: () => {
      accrue()
      return allowance > 0
    },
    waitMs: () => {
      accrue()
      return allowance > 0 ? 0 : Math.ceil((-allowance / unitsPerMinute) * minuteMs) + 1
    },
    add: (units) => {
      accrue()
      allowance -= units
      reads.push({ atMs: seenAtMs, units })
    },
  }
}

const Consumption = z.object({ ConsumedCapacity: z.object({ CapacityUnits: z.number() }) })
/** A query that finds nothing costs half a unit. */
const leastUnits = 0.5

const isRead = (commandName: string | undefined): boolean =>
  commandName === 'QueryCommand' || commandName === 'GetItemCommand'

/** Makes every Query and GetItem of a client report its read units to the meter. */
export const meterReads = (client: DynamoDBClient, meter: ReadMeter): void => {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (!isRead(commandName)) return next(args)
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })
        const consumed = z.safeParse(Consumption, result.output)
        meter.add(consumed.success ? consumed.data.ConsumedCapacity.CapacityUnits : leastUnits)
        return result
      },
    { step: 'initialize', name: 'meterReads', override: true },
  )
}
