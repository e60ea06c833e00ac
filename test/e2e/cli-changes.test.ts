import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateQueueCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import { isMoto } from '../support/engines.ts'
import { eventually } from '../support/eventually.ts'
import { type StackCommand, startStackCommand } from '../support/stack-command.ts'

const domainId = 'dzd_sample1234567'

const SimulatedRuns = z.array(z.object({ types: z.array(z.string()), assetId: z.string() }))

describe.skipIf(isMoto)('dzrun that changes a local stack', () => {
  let stack: StackCommand
  beforeAll(async () => {
    stack = await startStackCommand()
  })
  afterAll(() => stack?.stop())

  const dzrun = (...args: readonly string[]) => stack.dzrun(...args)
  const queues = () =>
    new SQSClient({
      endpoint: stack.environment['AWS_ENDPOINT_URL_SQS'] ?? '',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    })
  const requestOf = (requestId: string, over: object = {}) =>
    JSON.stringify({
      version: 1,
      requestId,
      kind: 'METADATA_GENERATION',
      domainId,
      projectId: 'refdataproj001',
      asset: { id: 'tpcds_promotion' },
      ...over,
    })
  const send = (queue: string, MessageBody: string) =>
    queues().send(new SendMessageCommand({ QueueUrl: stack.environment[queue] ?? '', MessageBody }))

  /** Runs a command with an editor that replaces `regenerated` with `regenerate`. */
  const withEditor = async <T>(command: () => Promise<T>): Promise<T> => {
    const editor = join(stack.directory, 'editor.mjs')
    await writeFile(
      editor,
      "import fs from 'node:fs'; const f = process.argv[2]; fs.writeFileSync(f, fs.readFileSync(f, 'utf8').replace('regenerated', 'regenerate'))",
    )
    vi.stubEnv('VISUAL', `${process.execPath} ${editor}`)
    return command().finally(() => vi.unstubAllEnvs())
  }

  const simulator = (path: string, init?: RequestInit) =>
    fetch(`${stack.environment['AWS_ENDPOINT_URL_DATAZONE']}/_simulator/${path}`, init)

  const startedRuns = async () => z.parse(SimulatedRuns, await (await simulator('runs')).json())

  const waitingForCap = async (): Promise<readonly { readonly target: string }[]> =>
    JSON.parse((await dzrun('list', '--reason', 'CAP_FULL', '--json')).stdout)

  test('puts a policy that is in force within a minute, and names its version in explanations', async () => {
    const file = join(stack.directory, 'policy.json')
    const rules = [
      { match: { project: 'sales*' }, skip: 'not yet' },
      { match: {}, run: {} },
    ]
    const caps = [{ name: 'names', type: 'BUSINESS_NAMES', perMonth: 1 }]
    await writeFile(file, JSON.stringify({ version: 1, rules, caps }))
    const diff = await dzrun('policy', 'diff', file, '--json')
    expect(diff).toMatchObject({ code: 0 })
    expect(JSON.parse(diff.stdout)).toMatchObject([{ project: 'salesproject01', after: 'skip: not yet' }])
    expect(await dzrun('policy', 'put', file)).toMatchObject({ code: 2 })
    expect(await dzrun('policy', 'put', file, '--yes', '--by', 'ana')).toMatchObject({ code: 0 })
    expect((await dzrun('policy', 'history', '--json')).stdout).toContain('"by": "ana"')
    expect(JSON.parse((await dzrun('policy', 'get')).stdout)).toEqual({ version: 1, rules, caps })
    const role = 'arn:aws:iam::111122223333:role/catalog'
    const access = await dzrun('membership', 'check', '--role', role, '--json', 'project')
    expect(JSON.parse(access.stdout)).toEqual([{ project: 'refdataproj001' }])
    await writeFile(file, JSON.stringify({ version: 1, rules: [{ match: {} }] }))
    const refused = await dzrun('policy', 'put', file, '--yes')
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.stderr).toContain('rules[0]: must have either run or skip')
    await dzrun('submit', 'store_sales')
    await eventually(async () =>
      expect((await dzrun('explain', 'store_sales')).stdout).toContain(
        'was skipped by rules[0] of policy version 1: not yet',
      ),
    )
    await dzrun('submit', 'tpcds_item', 'tpcds_time_dim', '--types', 'BUSINESS_NAMES')
    await eventually(async () => expect(await waitingForCap()).toHaveLength(1))
    // A starter may use the previous version for half a minute, so the release below is repeated until it has effect.
    await writeFile(file, JSON.stringify({ version: 1, rules, caps: [{ ...caps[0], perMonth: 9 }] }))
    expect(await dzrun('policy', 'put', file, '--yes')).toMatchObject({ code: 0 })
  })

  test('plans a backfill by that policy, and sends it once, though it is applied from two terminals', async () => {
    const planned = await dzrun('backfill', 'plan', 'spring', '--json')
    const { plan, counts } = JSON.parse(planned.stdout)
    expect(counts.dropped).toMatchObject({ POLICY: 7 })
    expect(plan).toMatchObject({ state: 'READY', requests: counts.planned })
    expect((await dzrun('backfill', 'stop', 'spring')).code).toBe(2)
    expect((await dzrun('backfill', 'apply', 'spring', '--dry-run')).stdout).toMatch(
      /^would send \d+ requests/,
    )
    const terminals = Array.from({ length: 2 }, () => dzrun('backfill', 'apply', 'spring', '--yes', '--wait'))
    for (const applied of await Promise.all(terminals))
      expect(applied).toMatchObject({
        code: 0,
        stdout: `spring is done: ${plan.requests} of ${plan.requests} requests are sent\n`,
      })
    expect(await dzrun('backfill', 'apply', 'autumn', '--yes')).toMatchObject({
      code: 3,
      stderr: 'dzrun: no plan is named autumn; plans: spring\n',
    })
    const again = await eventually(async () => {
      const next = JSON.parse((await dzrun('backfill', 'plan', 'again', '--json')).stdout)
      expect(next.counts.planned).toBe(0)
      return next
    })
    expect(again.counts.dropped.HAS_RUN).toBe(plan.requests)
    await eventually(async () => {
      const described = (await startedRuns()).filter(({ types }) => types.includes('BUSINESS_DESCRIPTIONS'))
      expect(described).toHaveLength(plan.requests)
      expect(new Set(described.map(({ assetId }) => assetId)).size).toBe(plan.requests)
    })
  })

  test('redrives a dead letter', async () => {
    await send('REQUEST_DLQ_URL', requestOf('dead-1'))
    expect((await dzrun('redrive', 'dead', '--yes')).stderr).toContain('redrove 1 of 1 message')
    expect((await dzrun('redrive', 'dead')).stderr).toContain('nothing to redrive')
  })

  test('previews rejected requests with their reasons, and redrives the one that matches the filter, as edited', async () => {
    await send('REQUEST_QUEUE_URL', requestOf('blue-1', { regenerated: true }))
    await send('REQUEST_QUEUE_URL', requestOf('green-1', { regenerated: true }))
    const preview = (...args: readonly string[]) =>
      dzrun('redrive', 'rejected', '--dry-run', '--json', 'reason,redrive,body', ...args)
    await eventually(async () => expect(JSON.parse((await preview()).stdout)).toHaveLength(2))
    const [blue] = JSON.parse((await preview('--filter', 'BLUE')).stdout)
    expect(blue).toMatchObject({
      reason: expect.stringContaining('unknown fields: "regenerated"'),
      redrive: expect.stringMatching(/^no: .*regenerated/),
      body: expect.stringContaining('blue-1'),
    })
    expect((await dzrun('redrive', 'rejected', '--yes')).stderr).toContain('nothing to redrive')
    const shown = await withEditor(() =>
      dzrun('redrive', 'rejected', '--filter', 'blue', '--edit', '--dry-run'),
    )
    expect(shown.stdout).toContain('blue-1')
    expect(shown.stderr).toContain('would redrive 1 message')
    const sent = await withEditor(() => dzrun('redrive', 'rejected', '--filter', 'blue', '--edit', '--yes'))
    expect(sent.stderr).toContain('redrove 1 of 1 message')
    expect(JSON.parse((await preview()).stdout)).toMatchObject([{ body: expect.stringContaining('green-1') }])
    await eventually(async () =>
      expect((await dzrun('explain', 'tpcds_promotion')).stdout).toContain('blue-1'),
    )
  })

  test('retries a failed run with a new attempt that succeeds, and then has nothing to retry', async () => {
    const decide = (outcome: string) =>
      simulator('outcomes', {
        method: 'PUT',
        body: JSON.stringify([{ target: 'tpcds_warehouse', outcome, durationMs: 500 }]),
      })
    const retry = (...args: readonly string[]) =>
      dzrun('retry', '--ending', 'failed', '--asset', 'tpcds_warehouse', ...args)
    await decide('failed')
    expect(await dzrun('submit', 'tpcds_warehouse', '--regenerate', '--wait')).toMatchObject({ code: 1 })
    await decide('succeeded')
    const shown = await eventually(async () => {
      const dryRun = await retry('--dry-run', '--json')
      expect(dryRun.stderr).toContain('would retry 1 run')
      return JSON.parse(dryRun.stdout)
    })
    expect(shown).toMatchObject([{ target: 'tpcds_warehouse', ending: 'FAILED', retry: 'yes' }])
    expect(await retry()).toMatchObject({ code: 2, stderr: expect.stringContaining('Retry 1 run?') })
    expect((await retry('--yes')).stderr).toContain('requested 1 run')
    expect((await retry('--yes')).stderr).toMatch(/requested 1 run|nothing to retry/)
    const attempts = async (): Promise<readonly string[]> => {
      const { stdout } = await dzrun('list', '--asset', 'tpcds_warehouse', '--json', 'status,attempt')
      const all: readonly Record<string, string>[] = JSON.parse(stdout)
      return all.map(({ attempt, status }) => `${attempt} ${status}`).filter((one) => !one.startsWith('1 '))
    }
    await eventually(async () => expect(await attempts()).toEqual(['3 SUCCEEDED', '2 FAILED']))
    expect((await retry('--yes')).stderr).toContain('nothing to retry')
  })

  test('releases the requests that wait for a cap that was raised', async () => {
    const [waiting] = await waitingForCap()
    const release = (...args: readonly string[]) => dzrun('release', '--reason', 'CAP_FULL', ...args)
    expect(await release('--dry-run')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('would release 1 request'),
    })
    expect(await release()).toMatchObject({ code: 2, stderr: expect.stringContaining('Release 1 request') })
    await eventually(async () => {
      const { stderr } = await release('--yes', '--by', 'ana')
      expect(stderr).toMatch(/released \d of 1 request;|nothing waits for CAP_FULL/)
      expect(await waitingForCap()).toEqual([])
    })
    const { stdout } = await dzrun('explain', waiting?.target ?? '')
    expect(stdout).toContain('made due by ana')
    expect((await release('--yes')).stderr).toBe('nothing waits for CAP_FULL\n')
  })

  test('tails events, and removes its rule and queue, and those that a killed tail left behind', async () => {
    const sqs = queues()
    await sqs.send(new CreateQueueCommand({ QueueName: 'dzrun-tail-1700000000000-0123abcd' }))
    const tails = async () =>
      (await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'dzrun-tail-' }))).QueueUrls ?? []
    const tail = stack.running('events', 'tail', '--filter', 'tpcds_reason', '--count', '1', '--json')
    // The tail creates its rule and target right after its queue, long before the run of the next command starts.
    await eventually(async () =>
      expect(await tails()).toEqual([expect.not.stringContaining('1700000000000')]),
    )
    await dzrun('regenerate', 'reason', '--yes')
    const { stdout, stderr, code } = await tail.ended
    expect(code).toBe(0)
    expect(stderr).toContain('removed the rules and queues of earlier tails (1)')
    expect(JSON.parse(stdout)).toMatchObject({ source: 'datazone-run-orchestrator' })
    expect(await tails()).toEqual([])
  })
})
