import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StackCommand, startStackCommand } from '../support/stack-command.ts'
import { dzrunOnTerminal, hasTerminals } from '../support/terminal.ts'

const clear = '\u001b[H\u001b[2J'
const ctrlC = '\u0003'

/** Skipped without Python 3, which creates the pseudo-terminals. */
describe.skipIf(!hasTerminals)('dzrun on a terminal', () => {
  let stack: StackCommand
  beforeAll(async () => {
    stack = await startStackCommand()
  })
  afterAll(() => stack?.stop())
  const local = () => ['--local', stack.envFile, '--domain', 'dzd_sample1234567']
  const linesOf = (output: string) => stripVTControlCharacters(output).split(/\r?\n/)
  const widest = (output: string) => Math.max(...linesOf(output).map((line) => line.length))

  test('redraws status --watch, also after a change of width, and ends at Ctrl-C with exit code 0', async () => {
    const { output, code } = await dzrunOnTerminal(['status', '--watch', ...local().slice(0, 2)], {
      columns: 100,
      steps: [
        { wait: 'last sweep.*mode run', columns: 60 },
        { wait: 'last sweep[^\\u001b]*mode run', send: ctrlC },
      ],
    })
    expect(code).toBe(0)
    const screens = output.split(clear).slice(1)
    expect(screens.length).toBeGreaterThanOrEqual(2)
    expect(widest(screens[0] ?? '')).toBeGreaterThan(60)
    expect(widest(screens.at(-1) ?? '')).toBeLessThanOrEqual(60)
  })

  test('asks before a change, and changes nothing at Ctrl-C', async () => {
    const { output, code } = await dzrunOnTerminal(['regenerate', 'tpcds_item', ...local()], {
      steps: [{ wait: 'Run 1 asset again', send: ctrlC }],
    })
    expect(code).toBe(0)
    expect(output).toContain('nothing was changed')
    expect(output).not.toContain('submitted')
  })

  test('shows a bar while it waits, and then the number of requests for each ending', async () => {
    const assets = ['item', 'store', 'reason', 'customer', 'time_dim', 'web_site'].map(
      (name) => `tpcds_${name}`,
    )
    const { output } = await dzrunOnTerminal(['submit', ...assets, '--wait', ...local()])
    expect(output).toMatch(/of 6 requests ended/)
    expect(linesOf(output).at(-2)).toMatch(/\d succeeded/)
  })

  test('fits tables and explanations to the width, with color unless NO_COLOR is set', async () => {
    await stack.dzrun('submit', 'tpcds_store_sales', '--wait', '--domain', 'dzd_sample1234567')
    for (const columns of [100, 60]) {
      const { output } = await dzrunOnTerminal(['list', ...local()], { columns })
      expect(widest(output)).toBeLessThanOrEqual(columns)
    }
    const colored = await dzrunOnTerminal(['explain', 'tpcds_store_sales', ...local()])
    expect(colored.output).toContain('\u001b[1m')
    const plain = await dzrunOnTerminal(['explain', 'tpcds_store_sales', ...local()], {
      env: { NO_COLOR: '1' },
    })
    expect(plain.output).not.toContain('\u001b[')
  })
})
