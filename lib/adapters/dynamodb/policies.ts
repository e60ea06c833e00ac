import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { parsePolicy } from '../../contracts/policy-file.ts'
import { PortUnavailable } from '../../errors.ts'
import type { Policies, PolicyHistory, PolicyVersion, VersionedPolicy } from '../../ports/policies.ts'
import type { Policy } from '../../run/policy.ts'
import { absent, conditionParameters } from './conditions.ts'
import { counter, instant, plainItem } from './plain-item.ts'
import { retryWrites } from './retry-writes.ts'

/** All versions are items of one partition, so that the newest is one query and a version is written once. */
const partition = 'POLICY'

const sortKey = (version: number): string => `VERSION#${String(version).padStart(8, '0')}`

const VersionItem = z.object({
  version: counter,
  putAtMs: z.catch(instant, 0),
  putBy: z.catch(z.string(), ''),
  file: z.catch(z.string(), ''),
})

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const versionOf = (item: unknown): readonly PolicyVersion[] => {
  const read = z.safeParse(VersionItem, item)
  return read.success ? [{ ...read.data, file: jsonOf(read.data.file) }] : []
}

/** The versions of the policy as items of the table. */
export const dynamoDbPolicyHistory = (client: DynamoDBClient, table: string): PolicyHistory => ({
  async newest(limit) {
    try {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: limit,
          KeyConditionExpression: 'pk = :policy',
          ExpressionAttributeValues: marshall({ ':policy': partition }),
        }),
      )
      return Items.flatMap((item) => versionOf(plainItem(item)))
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  },

  async put({ version, putAtMs, putBy, file }) {
    const item = { pk: partition, sk: sortKey(version), version, putAtMs, putBy, file: JSON.stringify(file) }
    try {
      await retryWrites()(() =>
        client.send(
          new PutItemCommand({ TableName: table, Item: marshall(item), ...conditionParameters(absent) }),
        ),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw new PortUnavailable('table', error)
    }
  },
})

/** How many versions back to look for a readable one. */
const maxBack = 5
/** How long an answer is reused, in ms. */
const keptMs = 30_000
/** How old an answer may be, in ms, when the table does not answer. */
const maxAgeMs = 60_000

/** Receives a stored version that cannot be read, with its problems. */
export type ReportUnreadablePolicy = (version: number, problems: readonly string[]) => void

/** The newest readable version in the table, else the bundled policy. */
export const dynamoDbPolicies = (
  client: DynamoDBClient,
  table: string,
  options: {
    readonly bundled: Policy
    readonly now: () => number
    readonly report?: ReportUnreadablePolicy
  },
): Policies => {
  const { bundled, now, report = () => {} } = options
  const history = dynamoDbPolicyHistory(client, table)
  let seen: { readonly atMs: number; readonly policy: VersionedPolicy } | undefined

  const read = async (): Promise<VersionedPolicy> => {
    for (const { version, file } of await history.newest(maxBack)) {
      if (version === seen?.policy.version) return seen.policy
      const parsed = parsePolicy(file)
      if (parsed.ok) return { version, policy: parsed.value }
      report(version, parsed.problems)
    }
    return seen?.policy ?? { version: 0, policy: bundled }
  }

  return {
    async current() {
      const atMs = now()
      if (seen !== undefined && atMs - seen.atMs < keptMs) return seen.policy
      try {
        seen = { atMs, policy: await read() }
      } catch (error) {
        if (seen === undefined || atMs - seen.atMs >= maxAgeMs) throw error
      }
      return seen.policy
    },
  }
}
