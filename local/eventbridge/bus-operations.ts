import { z } from 'zod'
import { busNameOf, type EventOrigin, eventsArn } from './arn.ts'
import { parseInput } from './aws-json.ts'
import { pageOf } from './page.ts'
import { requireBus } from './rule-book.ts'

const describeBus = z.looseObject({ Name: z.string().optional() })
const listBuses = z.looseObject({
  NamePrefix: z.string().optional(),
  Limit: z.int().min(1).max(100).optional(),
  NextToken: z.string().optional(),
})

/** Returns the operations that describe buses. */
export function busOperations(buses: ReadonlySet<string>, origin: EventOrigin) {
  const described = (Name: string) => ({ Name, Arn: eventsArn(origin, `event-bus/${Name}`) })
  return {
    DescribeEventBus: (input: unknown) => {
      const name = busNameOf(parseInput(describeBus, input).Name)
      requireBus(buses, name)
      return described(name)
    },
    ListEventBuses: (input: unknown) => {
      const { NamePrefix = '', ...request } = parseInput(listBuses, input)
      const found = [...buses].filter((name) => name.startsWith(NamePrefix)).toSorted()
      const { page, ...next } = pageOf(found, request)
      return { EventBuses: page.map(described), ...next }
    },
  }
}
