import { createHash, randomBytes } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Returns the prefix of resource names. An embedded DynamoDB engine belongs to one stack, so the name is always the
 * same and exports survive a restart. An engine at DYNAMODB_ENDPOINT may serve several stacks: then the name is unique
 * and holds the machine and process that it belongs to.
 */
export function defaultStackName(environment: NodeJS.ProcessEnv = process.env): string {
  if (!environment['DYNAMODB_ENDPOINT']) return 'local'
  return `local-${machineId()}-${process.pid}-${randomBytes(3).toString('hex')}`
}

/** Returns the process id of the stack that a table belongs to; undefined for a table of another machine or origin. */
export function ownerOfTable(tableName: string): number | undefined {
  const [, machine, pid] = /^local-([\da-f]{6})-(\d+)-[\da-f]{6}-/.exec(tableName) ?? []
  return machine === machineId() ? Number(pid) : undefined
}

/** Identifies the host and, on Linux, the namespace in which process ids are unique. */
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
