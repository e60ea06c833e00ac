import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/commands.ts'
import { eventually } from '../support/eventually.ts'
import { type StackCommand, startStackCommand } from '../support/stack-command.ts'

const domain = 'dzd_sample1234567'

describe('dzrun on a local stack', () => {
  let stack: StackCommand
  beforeAll(async () => {
    stack = await startStackCommand()
  })
  afterAll(() => stack?.stop())

  const dzrun = (...args: readonly string[]) => stack.dzrun(...args)
  const inDomain = (...args: readonly string[]) => dzrun(...args, '--domain', domain)

  // This test is the first, because a starter that has read "not paused" does not read again for half a minute.
  test('pauses a project, shows its waiting requests and resumes it', async () => {
    const scope = `${domain}/refdataproj001`
    expect(await dzrun('pause', scope, '--reason', 'glossary is being rebuilt')).toMatchObject({ code: 0 })
    expect(await inDomain('submit', 'tpcds_item')).toMatchObject({ code: 0 })
    await eventually(async () => {
      const { stdout } = await inDomain('explain', 'tpcds_item')
      expect(stdout).toContain('waits because an operator paused its domain or project')
      expect(stdout).toContain('glossary is being rebuilt')
      expect(stdout).toContain(`dzrun resume ${scope}`)
    })
    // The last sweep counted the parked requests, perhaps before this one was parked.
    await eventually(async () => {
      const { stdout } = await dzrun('status')
      expect(stdout).toMatch(/parked +1, counted \d+s ago\n {2}paused +1 /)
      expect(stdout).toMatch(new RegExp(`paused +${scope} by .+: glossary is being rebuilt`))
    })
    expect(await dzrun('resume', scope)).toMatchObject({ code: 0 })
    expect(await dzrun('resume', scope)).toMatchObject({ code: 3 })
  })

  test('follows a submitted run to its ending, and explains, lists and gets it', async () => {
    const submitted = await inDomain('submit', 'tpcds_store_sales', '--wait', '--timeout', '60')
    expect(submitted.stderr).toBe('')
    const [, ending] = /ended as (\w+)/.exec(submitted.stdout) ?? []
    expect(submitted.code).toBe(ending === 'SUCCEEDED' ? 0 : 1)

    const explained = await inDomain('explain', 'tpcds_store_sales')
    expect(explained).toMatchObject({ code: 0, stderr: '' })
    expect(explained.stdout).toMatch(
      /^store_sales \(tpcds_store_sales\) in project Sales \(salesproject01\)\nhttps:.+\n\nrevision 1, BUSINESS_DESCRIPTIONS, attempt 1\n {2}ended as /,
    )

    const listed = await eventually(async () => {
      const { stdout } = await inDomain('list', '--asset', 'tpcds_store_sales', '--output', 'jsonl')
      expect(stdout).toContain('tpcds_store_sales')
      return stdout
    })
    const { run } = JSON.parse(listed)
    const got = await dzrun('get', run, '--json')
    expect(JSON.parse(got.stdout).runs).toMatchObject([
      { state: 'ENDED', runId: run, policy: { version: 0, rule: 0 } },
    ])
  })

  test('sends all requests of a file or none', async () => {
    const file = join(stack.directory, 'requests.jsonl')
    const good = {
      version: 1,
      requestId: 'from-a-file',
      kind: 'METADATA_GENERATION',
      domainId: domain,
      projectId: 'refdataproj001',
      asset: { id: 'tpcds_promotion' },
    }
    await writeFile(file, `${JSON.stringify(good)}\n${JSON.stringify({ ...good, type: 'x' })}\nnot json\n`)
    const refused = await dzrun('submit', '--file', file)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toMatch(/^dzrun: nothing was sent: line 2: .*"type".*; line 3: is not JSON\n$/)
    await writeFile(file, `${JSON.stringify(good)}\n`)
    expect(await dzrun('submit', '--file', file)).toMatchObject({
      code: 0,
      stdout: 'submitted tpcds_promotion as from-a-file\n',
    })
    await eventually(async () => expect((await inDomain('explain', 'tpcds_promotion')).code).toBe(0))
  })

  test('cancels a waiting request', async () => {
    const cancel = await inDomain('cancel', 'tpcds_reason', '--reason', 'not wanted')
    expect(cancel).toMatchObject({ code: 0, stderr: '' })
    const asData = await inDomain('cancel', 'tpcds_reason', '--json', 'requestId,asset')
    expect(JSON.parse(asData.stdout)).toMatchObject({ asset: { id: 'tpcds_reason' } })
  })

  test('refuses to cancel a run that has ended, named by its id or its key', async () => {
    await inDomain('submit', 'tpcds_store', '--wait', '--quiet')
    const { run, key } = await eventually(async () => {
      const { stdout } = await inDomain('list', '--asset', 'tpcds_store', '--output', 'jsonl')
      return JSON.parse(stdout)
    })
    for (const named of [run, key])
      expect(await dzrun('cancel', named)).toMatchObject({
        code: 4,
        stderr: expect.stringMatching(/^dzrun: ASSET#.+ cannot be canceled: it has ended as /),
      })
  })

  test('prints submitted requests as data, with their endings after a wait', async () => {
    const submitted = await inDomain('submit', 'tpcds_customer', 'tpcds_time_dim', '--wait', '--json')
    expect(JSON.parse(submitted.stdout)).toMatchObject([
      { target: 'tpcds_customer', outcome: expect.stringMatching(/succeeded$/) },
      { target: 'tpcds_time_dim', outcome: expect.stringMatching(/succeeded$/) },
    ])
    const sent = await inDomain('submit', 'tpcds_customer', '--quiet')
    expect(sent).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^dzrun-[0-9a-f-]+\n$/) })
  })

  test.each([
    [['explain', 'tpcds_nothing', '--domain', domain], 3, ''],
    [['submit', 'tpcds_nothing', '--domain', domain], 3, 'dzrun: DataZone does not show asset tpcds_nothing'],
    [['submit', 'tpcds_item', '--domain', domain, '--types', 'NAMES'], 2, 'dzrun: types'],
    [
      ['submit', 'tpcds_item', '--timeout', 'soon'],
      2,
      "error: option '--timeout <seconds>' argument 'soon' is invalid",
    ],
    [['list', '--limit', '0'], 2, "error: option '--limit <n>' argument '0' is invalid"],
    [['get', 'no-such-run'], 3, 'dzrun: no record holds run no-such-run'],
    [['breaker', 'close', 'DENIED#x#y'], 3, 'dzrun: no open breaker is named DENIED#x#y; open: none'],
    [['list', '--ending', 'broken'], 2, 'dzrun: --ending must be one of any-failure'],
    [['list', '--next', 'x'], 2, 'dzrun: --next must be the token'],
    [['list', '--json', 'nmae'], 2, 'dzrun: --json must be one of name'],
    [
      ['cancel', 'tpcds_nothing'],
      3,
      'dzrun: tpcds_nothing is neither an asset of dzd_sample1234567 nor a run',
    ],
    [['cancel', 'sales'], 3, "dzrun: no asset of dzd_sample1234567 is named 'sales'; similar: "],
  ])('answers %j with exit code %i', async (args, code, message) => {
    const { stderr, ...ended } = await dzrun(...args)
    expect(ended.code).toBe(code)
    expect(stderr.startsWith(message)).toBe(true)
  })
})

describe('dzrun on a local stack in mode off', () => {
  test('ends the wait for a skipped request with the reason', async () => {
    const stack = await startStackCommand('--mode', 'off')
    try {
      const { code, stderr } = await stack.dzrun('submit', 'tpcds_item', '--wait', '--domain', domain)
      expect(stderr).toMatch(/^dzrun: request:dzrun-\S+ was skipped because the stack was in mode off\n$/)
      expect(code).toBe(4)
      const explained = await stack.dzrun('explain', 'tpcds_item', '--domain', domain)
      expect(explained.stdout).toContain('was skipped because the stack was in mode off')
      expect(explained.code).toBe(0)
    } finally {
      await stack.stop()
    }
  })
})

describe('dzrun without a stack', () => {
  test('suggests the command that was meant', async () => {
    const { code, stderr } = await runCommand('cli/main.ts', 'lsit').ended
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean list?')
  })

  test('prints how to start a local stack', async () => {
    const { code, stderr } = await runCommand('cli/main.ts', 'status', '--local', '/nowhere/env').ended
    expect(code).toBe(2)
    expect(stderr).toBe(
      'dzrun: no local stack: /nowhere/env does not exist; run npm start, or give --local FILE\n',
    )
  })

  test.each(['cli/main.ts release', 'local/start.ts'])(
    'exits silently when the reader of its output exits: %s',
    async (command) => {
      const args = ['-c', `set -o pipefail; "$0" ${command} --help | true; echo $?`, process.execPath]
      const { stdout, stderr } = await promisify(execFile)('bash', args)
      expect(stderr).toBe('')
      expect(stdout).toBe('0\n')
    },
  )

  test('names every exit code', async () => {
    const { code, stdout } = await runCommand('cli/main.ts', 'help', 'exit-codes').ended
    expect(code).toBe(0)
    expect(
      stdout
        .split('\n')
        .slice(0, 6)
        .map((line) => line[0]),
    ).toEqual(['0', '1', '2', '3', '4', '5'])
  })
})
