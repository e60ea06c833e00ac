import { createHash, randomBytes } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Returns the prefix of resource names. An embedded DynamoDB engine serves one stack, so its prefix is always the same
 * and exported variables survive a restart. An engine at DYNAMODB_ENDPOINT may serve several stacks, so there the
 * prefix is unique and contains the machine and process of the stack.
 */
export function defaultStackName(environment: NodeJS.ProcessEnv = process.env): string {
  if (!environment['DYNAMODB_ENDPOINT']) return 'local'
  return `local-${machineId()}-${process.pid}-${randomBytes(3).toString('hex')}`
}

/** Returns the process id of the stack that created a table; undefined for a table of another machine or origin. */
export function ownerOfTable(tableName: string): number | undefined {
  const [, machine, pid] = /^local-([\da-f]{6})-(\d+)-[\da-f]{6}-/.exec(tableName) ?? []
  return machine === machineId() ? Number(pid) : undefined
}

/** Returns an id of the host and, on Linux, of the namespace in which process ids are unique. */
function machineId(): string {
  return createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 6)
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
