import { readFile } from 'node:fs/promises'
import { parsePolicy } from '../lib/contracts/policy-file.ts'
import type { Policy } from '../lib/run/policy.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'

/** Reads the JSON of a policy file. @throws CommandFailed when it cannot be read, or is not JSON */
export const readPolicyJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CommandFailed(exitCodes.usage, `cannot read the policy ${file}: ${why}`, { cause })
  }
}

/**
 * Reads and checks a policy file.
 * @throws CommandFailed that names every wrong place
 */
export const readPolicyFile = async (file: string): Promise<Policy> => {
  const policy = parsePolicy(await readPolicyJson(file))
  if (policy.ok) return policy.value
  throw new CommandFailed(exitCodes.usage, `${file} is not a valid policy: ${policy.problems.join('; ')}`)
}
