import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type RunningCommand, runCommand } from '../support/commands.ts'
import { isMoto } from '../support/engines.ts'
import { eventually } from '../support/eventually.ts'

let command: RunningCommand | undefined
afterEach(async () => {
  await command?.kill()
  command = undefined
})

const run = (...args: readonly string[]): RunningCommand => {
  command = runCommand('local/demo/main.ts', ...args)
  return command
}

const count = z.int().min(0)
/** The documented shape of the last line. */
const summarySchema = z.strictObject({
  seed: count,
  speed: z.number(),
  requests: count,
  runsStarted: count,
  duplicatesDropped: count,
  rejected: count,
  skipped: count,
  parked: count,
  terminal: z.record(z.string(), count),
  eventsDelivered: count,
  distinctEventIds: count,
  lost: count,
  duplicateRuns: count,
  datazoneCalls: z.record(z.string(), count),
  startCalls: count,
  startThrottled: count,
  startsPerSecond: z.number().nullable(),
  detectionSeconds: z.object({ p50: z.number(), p95: z.number(), max: z.number() }),
  wallSeconds: z.number().positive(),
})

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((total, value) => total + value, 0)

describe.skipIf(isMoto)('npm run demo', () => {
  test('runs every asset once, accounts for every request and leaves no process', async () => {
    const demo = run('--json', '--assets', '24', '--speed', '20', '--seed', '7')
    const { code, stdout, stderr } = await demo.ended
    expect(stderr).toBe('')
    const last = stdout.trimEnd().split('\n').at(-1) ?? ''
    const summary = summarySchema.parse(JSON.parse(last))
    expect(summary).toMatchObject({ seed: 7, speed: 20, runsStarted: 24, lost: 0, duplicateRuns: 0 })
    const { runsStarted, duplicatesDropped, rejected, skipped, parked } = summary
    expect(runsStarted + duplicatesDropped + rejected + skipped + parked).toBe(summary.requests)
    expect(sum(summary.terminal)).toBe(24)
    expect(summary.distinctEventIds).toBe(24 + rejected)
    expect(summary.eventsDelivered).toBeGreaterThanOrEqual(summary.distinctEventIds)
    expect(summary.startsPerSecond).toBeNull()
    expect(code).toBe(0)
    await eventually(async () => expect(await demo.descendants()).toEqual([]))
  })

  test('P1: runs every asset once where DataZone has the older API', async () => {
    const { code, stdout, stderr } = await run('--json', '--assets', '12', '--speed', '20', '--api', 'older')
      .ended
    expect(stderr).toBe('')
    const summary = summarySchema.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''))
    expect(summary).toMatchObject({ runsStarted: 12, lost: 0, duplicateRuns: 0 })
    // Each starter learns of the older API from one refused Start.
    expect(summary.startCalls).toBeGreaterThan(12)
    expect(code).toBe(0)
  })

  test('serves its live page, which --keep keeps up after the figures', async () => {
    const demo = run('--keep', '--assets', '2', '--speed', '50')
    const [, url = ''] = await demo.printed(/watch it in your browser: (\S+)/)
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303)
    await demo.printed(/stay up until Ctrl-C/)
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303)
    demo.interrupt()
    expect((await demo.ended).code).toBe(0)
    await eventually(async () => expect(await demo.descendants()).toEqual([]))
  })

  test('leaves no process when it is interrupted', async () => {
    const demo = run('--speed', '1')
    await demo.printed(/ready: publishing/)
    demo.interrupt()
    await demo.ended
    await eventually(async () => expect(await demo.descendants()).toEqual([]))
  })

  test.each([
    ['--assets zero', ['--assets', 'zero'], '--assets takes a whole number'],
    ['--assets 0', ['--assets', '0'], '--assets takes a whole number'],
    ['--speed 0', ['--speed', '0'], '--speed takes a number'],
    ['--list-order any', ['--list-order', 'any'], '--list-order takes newest, oldest or random'],
    ['--api oldest', ['--api', 'oldest'], '--api takes current or older'],
    ['--sped 2', ['--sped', '2'], '--speed'],
    ['a positional argument', ['faster'], '--assets'],
    ['--json with a value', ['--json=yes'], '--json'],
  ])('reports a usage error in one line: %s', async (_, args, message) => {
    const { code, stdout, stderr } = await run(...args).ended
    expect(stderr).toMatch(/^[^\n]+\n$/)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})
