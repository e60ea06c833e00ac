import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningCommand, runCommand } from '../support/commands.ts'
import { type DocBlock, docBlocks, dzrunLines, wordsOf } from '../support/doc-commands.ts'

/** Blocks that are not run here, by what they match, each with the reason. */
const skipped: readonly { readonly page?: string; readonly block: RegExp; readonly why: string }[] = [
  { page: 'docs/CLI.md', block: /^dzrun /, why: 'a synopsis; generated from the commands' },
  { page: 'docs/CLI.md', block: /completion/, why: 'installs into the shell of a person' },
  { page: 'docs/SIMULATOR.md', block: /./, why: 'test/unit/local/datazone/documentation.test.ts runs them' },
  { block: /^(npm|npx serverless|pip) /m, why: 'builds, tests or deploys the whole repository' },
  { block: /(^ *|\$\()aws /m, why: 'needs the AWS CLI, which is no dependency of the repository' },
  { block: /^(curl|source|DYNAMODB_ENDPOINT)/m, why: 'a step in the shell of a person' },
  { block: /^(jq|cat) /m, why: 'changes files of a person' },
  {
    block: /^npx dzrun (page|events tail)/m,
    why: 'runs until Ctrl-C; test/e2e/cli-changes.test.ts tails events',
  },
  { block: /^npx dzrun \S.*--watch/m, why: 'runs until Ctrl-C' },
  { block: /^npx dzrun membership /m, why: 'reads roles of IAM, which the local stack does not have' },
]

const skipReason = ({ page, text }: DocBlock): string | undefined =>
  skipped.find((entry) => (entry.page === undefined || entry.page === page) && entry.block.test(text))?.why

/** The names of the docs, as the local stack has them. */
const localNames: readonly (readonly [RegExp, string])[] = [
  [/dzd_4hcuvz5s9kx7ma/g, 'dzd_sample1234567'],
  [/c8r1d5m3k7x2ha/g, 'tpcds_item'],
  [/b2yn6t0r9p1q3w/g, 'refdataproj001'],
]

const changes = /^(regenerate|retry|redrive|backfill apply|policy put)\b/

/** The arguments of a documented command for the stack of this test. */
const argumentsOf = (line: string): readonly string[] => {
  const local = localNames.reduce((text, [name, here]) => text.replaceAll(name, here), line)
  const words = wordsOf(local.replace(/^npx dzrun /, ''))
  const stack = new Set(['--stage', '--stack', '--region', '--profile'])
  const kept = words.filter(
    (word, index) =>
      !stack.has(word) && !stack.has(words[index - 1] ?? '') && word !== '--local' && word !== '--edit',
  )
  return changes.test(kept.join(' ')) ? [...kept, '--yes'] : kept
}

/** Answers that a stack without runs may give: done, failed runs, nothing found, refused. */
const answers: readonly (number | null)[] = [0, 1, 3, 4]
/** A plan that is small is sent before the next command stops it. */
const isSentAlready = /all of its requests are sent|is not being applied/

describe('a command in README.md or docs/', () => {
  let blocks: readonly DocBlock[] = []
  let directory: string
  let start: RunningCommand
  beforeAll(async () => {
    blocks = await docBlocks()
    directory = await mkdtemp(join(tmpdir(), 'docs-commands-'))
    const files = ['--env', join(directory, 'env'), '--log', join(directory, 'log')]
    const ports = ['datazone', 'eventbridge', 'sqs', 'dynamodb'].flatMap((name) => [`--${name}-port`, '0'])
    start = runCommand('local/start.ts', '--speed', '60', ...files, ...ports)
    await start.printed(/Ctrl-C stops everything/)
  })
  afterAll(async () => {
    await start?.kill()
    await rm(directory, { recursive: true })
  })

  test('runs in the next tests, or is named as skipped with the reason', () => {
    const unnamed = blocks.filter(
      (block) =>
        skipReason(block) === undefined &&
        dzrunLines(block).length === 0 &&
        !/^node examples\//.test(block.text),
    )
    expect(unnamed).toEqual([])
  })

  test('works as it is written, where it is a command of dzrun', { timeout: 600_000 }, async () => {
    const lines = [...new Set(blocks.filter((block) => skipReason(block) === undefined).flatMap(dzrunLines))]
    expect(lines.length).toBeGreaterThan(20)
    const failed: string[] = []
    const isPlan = (line: string) => line.includes(' backfill plan ')
    const queue = lines.filter(isPlan)
    const work = async () => {
      for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
        const args = [...argumentsOf(line), '--local', join(directory, 'env')]
        const { code, stderr } = await runCommand('cli/main.ts', ...args).ended
        if (!answers.includes(code) && !isSentAlready.test(stderr)) failed.push(`${line}: ${code} ${stderr}`)
      }
    }
    await work()
    queue.push(...lines.filter((line) => !isPlan(line)))
    await Promise.all(Array.from({ length: 4 }, work))
    expect(failed).toEqual([])
  })

  test('requests runs with the example of docs/PRODUCERS.md', async () => {
    const producer = blocks.find(({ text }) => text.startsWith('node examples/producer/'))
    const text = await readFile(join(directory, 'env'), 'utf8')
    for (const [, name = '', value = ''] of text.matchAll(/^export ([A-Z_]+)='([^']*)'$/gm))
      process.env[name] = value
    const [script = '', ...args] = wordsOf(producer?.text ?? '').slice(1)
    const { code, stdout } = await runCommand(script, ...args).ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/^requested load-/)
  })
})
