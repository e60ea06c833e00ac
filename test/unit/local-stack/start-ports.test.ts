import { describe, expect, test } from 'vitest'
import { PortInUse } from '../../../local/servers/http.ts'
import { startCommand } from '../../../local/stack-flags.ts'
import { onFreePorts } from '../../../local/start/start-ports.ts'

const flagsOf = (...args: readonly string[]) => {
  const flags = startCommand.parse(args)
  if (flags === 'help') throw new Error('expected flags, got help')
  return flags
}

/** Returns a start function whose first `failures` calls find the port in use. */
const startsAfter = (failures: number, port: number) => {
  let starts = 0
  const start = async () => {
    starts += 1
    if (starts <= failures) throw new PortInUse('SQS', port, undefined)
    return 'started'
  }
  return { start, starts: () => starts }
}

describe('onFreePorts', () => {
  test('chooses other ports when another stack has taken a default port meanwhile', async () => {
    const { start, starts } = startsAfter(2, 4601)
    expect(await onFreePorts(flagsOf(), start)).toMatchObject({ started: 'started' })
    expect(starts()).toBe(3)
  })

  test('gives up after three starts', async () => {
    const { start } = startsAfter(3, 4601)
    await expect(onFreePorts(flagsOf(), start)).rejects.toThrow('Port 4601 is in use: give SQS another port')
  })

  test('fails at once for a port that a flag names, and for any other error', async () => {
    const { start, starts } = startsAfter(1, 4601)
    await expect(onFreePorts(flagsOf('--sqs-port', '4601'), start)).rejects.toThrow(PortInUse)
    expect(starts()).toBe(1)
    const broken = () => Promise.reject(new Error('the template is wrong'))
    await expect(onFreePorts(flagsOf(), broken)).rejects.toThrow('the template is wrong')
  })
})
