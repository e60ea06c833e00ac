import { execFile, spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import * as z from 'zod/mini'

const repository = resolve(import.meta.dirname, '..', '..')

/** Whether this machine has Python 3 with pseudo-terminals, as on Linux and macOS. */
export const hasTerminals = spawnSync('python3', ['-c', 'import pty'], { stdio: 'ignore' }).status === 0

/** Acts once the output since the previous step matches `wait`. */
interface Step {
  readonly wait: string
  /** Keys to press: `\u0003` is Ctrl-C. */
  readonly send?: string
  /** A new width of the terminal. */
  readonly columns?: number
}

interface TerminalOptions {
  readonly columns?: number
  readonly steps?: readonly Step[]
  readonly env?: Readonly<Record<string, string>>
}

const Ended = z.object({ output: z.string(), code: z.number() })

/** Runs `dzrun` on a pseudo-terminal and returns its output, control sequences included, and its exit code. */
export const dzrunOnTerminal = async (
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<z.infer<typeof Ended>> => {
  const input = { argv: [process.execPath, inject('dzrun'), ...args], ...options }
  const script = resolve(import.meta.dirname, 'terminal.py')
  const { stdout } = await promisify(execFile)('python3', [script, JSON.stringify(input)], {
    cwd: repository,
  })
  return z.parse(Ended, JSON.parse(stdout))
}
