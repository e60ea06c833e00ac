import { join } from 'node:path'
import { dynamoDbPolicies } from '../lib/adapters/dynamodb/policies.ts'
import type { VersionedPolicy } from '../lib/ports/policies.ts'
import type { connect } from './connect.ts'
import { readPolicyFile } from './policy-file.ts'

/** The policy file of this release. It is in force until a version is put. */
const bundledFile = join(import.meta.dirname, '..', 'config', 'policy.json')

/** Returns the policy in force in a stack: its newest readable version, else the bundled file. */
export const currentPolicy = async ({
  client,
  location,
}: Pick<Awaited<ReturnType<typeof connect>>, 'client' | 'location'>): Promise<VersionedPolicy> =>
  dynamoDbPolicies(client, location.tableName, {
    bundled: await readPolicyFile(bundledFile),
    now: Date.now,
  }).current()

/** Returns the policy of a file, or the one in force in the stack when no file is named. */
export const policyOf = async (
  file: string | undefined,
  connection: Parameters<typeof currentPolicy>[0],
): Promise<VersionedPolicy['policy']> =>
  file === undefined ? (await currentPolicy(connection)).policy : readPolicyFile(file)
