import { join } from 'node:path'
import { dynamoDbPolicies } from '../lib/adapters/dynamodb/policies.ts'
import type { VersionedPolicy } from '../lib/ports/policies.ts'
import type { connect } from './connect.ts'
import { readPolicyFile } from './policy-file.ts'

/** The policy file of this release, which decides while no version was put. */
const bundledFile = join(import.meta.dirname, '..', 'config', 'policy.json')

/** The policy that decides in a stack now: its newest version that can be read, else the bundled file. */
export const currentPolicy = async ({
  client,
  location,
}: Pick<Awaited<ReturnType<typeof connect>>, 'client' | 'location'>): Promise<VersionedPolicy> =>
  dynamoDbPolicies(client, location.tableName, {
    bundled: await readPolicyFile(bundledFile),
    now: Date.now,
  }).current()

/** The policy of a file, where one is named, else the one that decides in the stack. */
export const policyOf = async (
  file: string | undefined,
  connection: Parameters<typeof currentPolicy>[0],
): Promise<VersionedPolicy['policy']> =>
  file === undefined ? (await currentPolicy(connection)).policy : readPolicyFile(file)
