import { copyFile, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { runCommand } from '../support/commands.ts'
import { type DocBlock, docBlocks, dzrunLines, wordsOf } from '../support/doc-commands.ts'
import { isScript, isShell, skipReason } from '../support/doc-skips.ts'
import { eventually } from '../support/eventually.ts'
import { hasAwsCli, hasBoto3, hasCurl, runShellBlock } from '../support/shell-blocks.ts'
import { type StackCommand, startStackCommand } from '../support/stack-command.ts'
import { execute } from '../support/state-machine.ts'

/** Patterns of names in the docs, with the names in the local stack. */
const localNames: readonly (readonly [RegExp, string])[] = [
  [/dzd_4hcuvz5s9kx7ma/g, 'dzd_sample1234567'],
  [/c8r1d5m3k7x2ha|tpcds_store_sales/g, 'tpcds_item'],
  [/b2yn6t0r9p1q3w/g, 'refdataproj001'],
]
const withLocalNames = (text: string): string =>
  localNames.reduce((changed, [name, local]) => changed.replaceAll(name, local), text)

const changes = /^(submit --file|regenerate|retry|release|redrive|backfill apply|policy put)\b/

/** Returns the arguments of a documented command for the stack of this test. */
const argumentsOf = (line: string, files: ReadonlyMap<string, string>): readonly string[] => {
  const words = wordsOf(withLocalNames(line).replace(/^npx dzrun /, ''))
  const stack = new Set(['--stage', '--stack', '--region', '--profile'])
  const kept = words
    .map((word) => files.get(word) ?? word)
    .filter(
      (word, index) =>
        !stack.has(word) && !stack.has(words[index - 1] ?? '') && word !== '--local' && word !== '--edit',
    )
  return changes.test(kept.join(' ')) ? [...kept, '--yes'] : kept
}

/** Returns whether the command runs until Ctrl-C. */
const isEndless = (line: string): boolean => /^npx dzrun (page|events tail)|--watch/.test(line)
/** Exit codes that are correct on a stack without runs: done, failed runs, nothing found, refused. */
const exitCodes: readonly (number | null)[] = [0, 1, 3, 4]
/** A small plan may be sent before the next command stops it. */
const isSentAlready = /all of its requests are sent|is not being applied/

const SendArguments = z.object({ QueueUrl: z.string(), MessageBody: z.unknown() })
const QueryArguments = z.object({
  TableName: z.string(),
  ConsistentRead: z.boolean(),
  KeyConditionExpression: z.string(),
  FilterExpression: z.string(),
  ExpressionAttributeNames: z.record(z.string(), z.string()),
  ExpressionAttributeValues: z.record(z.string(), z.object({ S: z.string() })),
})

describe('a command in README.md or docs/', () => {
  let blocks: readonly DocBlock[] = []
  let stack: StackCommand
  const files = new Map<string, string>()
  beforeAll(async () => {
    blocks = (await docBlocks()).filter((block) => skipReason(block) === undefined)
    stack = await startStackCommand()
    const root = join(import.meta.dirname, '..', '..')
    await symlink(join(root, 'examples'), join(stack.directory, 'examples'))
    await copyFile(
      join(root, 'events/samples/asset-added-to-catalog.json'),
      join(stack.directory, 'event.json'),
    )
    await writeFiles()
  })
  afterAll(() => stack?.stop())

  /** Writes the files that docs/FIRST-HOUR.md names. */
  const writeFiles = async () => {
    const [policy = ''] = (await docBlocks('json')).flatMap(({ page, text }) =>
      page === 'docs/FIRST-HOUR.md' ? [text] : [],
    )
    const request = {
      version: 1,
      requestId: 'load-1/reason',
      kind: 'METADATA_GENERATION',
      domainId: 'dzd_sample1234567',
      projectId: 'refdataproj001',
      asset: { id: 'tpcds_reason' },
    }
    const texts = { 'first-policy.json': policy, 'requests.jsonl': `${JSON.stringify(request)}\n` }
    for (const [name, text] of Object.entries(texts)) {
      files.set(name, join(stack.directory, name))
      await writeFile(join(stack.directory, name), text)
    }
  }

  const shell = (text: string) =>
    runShellBlock(withLocalNames(text), { cwd: stack.directory, environment: stack.environment })
  const dzrunCommands = () => [...new Set(blocks.flatMap(dzrunLines))]

  // This test is the first, because a command of the docs pauses the project.
  test('executes the state machine of docs/PRODUCERS.md until the run has ended', async () => {
    const { environment } = stack
    const access = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
    const sqs = new SQSClient({ endpoint: environment['AWS_ENDPOINT_URL_SQS'] ?? '', ...access })
    const table = new DynamoDBClient({ endpoint: environment['AWS_ENDPOINT_URL_DYNAMODB'] ?? '', ...access })
    const file = join(stack.directory, 'examples/step-functions/run-and-wait.asl.json')
    const definition = (await readFile(file, 'utf8'))
      .replace('REQUEST_QUEUE_URL"', `${environment['REQUEST_QUEUE_URL']}"`)
      .replace('"RUN_TABLE"', `"${environment['RUN_TABLE']}"`)
    const call = async (resource: string, args: unknown) => {
      if (resource.endsWith(':sqs:sendMessage')) {
        const { QueueUrl, MessageBody } = SendArguments.parse(args)
        return sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(MessageBody) }))
      }
      return table.send(new QueryCommand(QueryArguments.parse(args)))
    }
    const input = {
      requestId: 'step-functions-1',
      domainId: 'dzd_sample1234567',
      projectId: 'refdataproj001',
      assetId: 'tpcds_reason',
    }
    const output = await execute(JSON.parse(definition), input, call, () => delay(300))
    expect(output).toEqual([expect.stringMatching(/^(SUCCEEDED|PARTIALLY_SUCCEEDED|FAILED)$/)])
    sqs.destroy()
    table.destroy()
  })

  test('works as written if it is a command of dzrun', { timeout: 600_000 }, async () => {
    const lines = dzrunCommands().filter((line) => !isEndless(line))
    expect(lines.length).toBeGreaterThan(20)
    const failed: string[] = []
    const isPlan = (line: string) => line.includes(' backfill plan ')
    const queue = lines.filter(isPlan)
    const work = async () => {
      for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
        const { code, stderr } = await stack.dzrun(...argumentsOf(line, files))
        if (!exitCodes.includes(code) && !isSentAlready.test(stderr))
          failed.push(`${line}: ${code} ${stderr}`)
      }
    }
    await work()
    queue.push(...lines.filter((line) => !isPlan(line)))
    await Promise.all(Array.from({ length: 4 }, work))
    expect(failed).toEqual([])
  })

  test('runs until Ctrl-C if it is a tail or the page', async () => {
    const lines = dzrunCommands().filter(isEndless)
    expect(lines.length).toBeGreaterThan(2)
    const endings = lines.map(async (line) => {
      const command = stack.running(...argumentsOf(line, files))
      await eventually(() => expect(command.stdout() + command.stderr()).toContain('Ctrl-C ends it'), {
        deadlineMs: 100_000,
      })
      command.interrupt()
      return { line, code: (await command.ended).code }
    })
    expect(await Promise.all(endings)).toEqual(lines.map((line) => ({ line, code: 0 })))
  })

  test.skipIf(!hasAwsCli)('works with the AWS CLI (skipped where it is missing)', async () => {
    const texts = blocks.filter((block) => isShell(block) && /^ *aws /m.test(block.text))
    expect(texts.length).toBeGreaterThan(5)
    for (const { text } of texts) await shell(text)
    // The requests of the blocks name the same asset, so its explanation has all of them.
    await eventually(async () => {
      const { stdout } = await stack.dzrun('explain', 'tpcds_item')
      for (const id of ['nightly-2026-11-20/store_sales', 'ana-2026-11-20-1', 'load-1/orders'])
        expect(stdout).toContain(id)
    })
  })

  test.skipIf(!hasCurl)('works with curl (skipped where it is missing)', async () => {
    const texts = blocks.filter((block) => /^curl /.test(block.text))
    expect(texts.length).toBeGreaterThan(1)
    for (const { text } of texts) await shell(text)
  })

  test('works as a script of this repository', async () => {
    const lines = blocks.filter(isScript).flatMap(({ text }) => text.split('\n'))
    for (const line of lines) {
      const [, ...words] = wordsOf(withLocalNames(line))
      if (line.startsWith('node ')) {
        expect(await shell(line)).toMatch(/^requested load-/)
        continue
      }
      const flags = words.slice(words.indexOf('--') + 1)
      const logs = runCommand('local/logs.ts', ...flags, '--file', stack.logFile)
      if (flags.includes('--follow')) await logs.printed(/./)
      logs.interrupt()
      await logs.ended
    }
  })

  test.skipIf(!hasBoto3)('requests a run from Python (skipped without boto3)', async () => {
    const [block] = (await docBlocks('python')).filter(({ page }) => page === 'docs/PRODUCERS.md')
    await shell(`python3 - <<'END'\n${block?.text}\nEND`)
    await eventually(async () =>
      expect((await stack.dzrun('explain', 'tpcds_item')).stdout).toContain('load-2026-11-20/orders'),
    )
  })
})
