import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { parsePolicy } from '../lib/contracts/policy-file.ts'
import type { Policy } from '../lib/run/policy.ts'

/** `config/policy.json` cannot be used; the message names each wrong field. */
export class InvalidPolicyFile extends Error {
  override readonly name = 'InvalidPolicyFile'
}

const policyPath = join('config', 'policy.json')

/**
 * Returns the policy of the service in `root`. The bundles contain it, so a wrong policy has to fail the build.
 * @throws InvalidPolicyFile when the file is not JSON, repeats a key or holds a wrong field
 */
export const checkPolicy = async (root: string): Promise<Policy> => {
  const text = await readFile(join(root, policyPath), 'utf8')
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch (cause) {
    throw new InvalidPolicyFile(`${policyPath} is not JSON: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    })
  }
  // JSON.parse silently keeps the last of two equal keys; esbuild reports them.
  const { warnings } = await transform(text, { loader: 'json', logLevel: 'silent' })
  const duplicateKeys = warnings.map((warning) => `line ${warning.location?.line}: ${warning.text}`)
  if (duplicateKeys.length > 0)
    throw new InvalidPolicyFile(`${policyPath} is invalid: ${duplicateKeys.join('; ')}`)
  const policy = parsePolicy(file)
  if (!policy.ok) throw new InvalidPolicyFile(`${policyPath} is invalid: ${policy.problems.join('; ')}`)
  return policy.value
}
