import type { Command } from 'commander'
import { present } from '../lib/run/present.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'
import type { OutputFlags } from './output.ts'

/** The flags of a command that changes something in bulk. */
export interface ChangeFlags extends OutputFlags {
  readonly yes?: true
  readonly dryRun?: true
}

/** Adds `--dry-run` and `--yes`. */
export const addChangeFlags = (command: Command): Command =>
  command
    .option('--dry-run', 'show what would change and change nothing')
    .option('--yes', 'do not ask for a confirmation')

/** Whether a question can be asked: stdin and stderr are a terminal. */
export const isInteractive = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/**
 * Asks on the terminal whether to continue. With `--dry-run` the answer is no, with `--yes` it is yes; neither asks.
 * @param question what would change, as a question: `Submit 120 requests?`
 * @returns whether to make the change
 * @throws CommandFailed without `--yes` when stdin or stderr is not a terminal
 */
export const confirmed = async (question: string, { yes, dryRun }: ChangeFlags): Promise<boolean> => {
  if (dryRun === true) return false
  if (yes === true) return true
  if (!isInteractive())
    throw new CommandFailed(
      exitCodes.usage,
      `${question} There is no terminal to ask on; give --yes to confirm`,
    )
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr })
  if (isCancel(answer) || !answer) {
    console.error('nothing was changed')
    return false
  }
  return true
}

export interface Choice<T> {
  readonly value: T
  readonly label: string
  readonly hint?: string
}

/**
 * Offers a choice on the terminal.
 * @throws CommandFailed that lists the choices when there is no terminal, or when the user cancels
 */
export const choose = async <T extends object>(
  question: string,
  choices: readonly Choice<T>[],
): Promise<T> => {
  const listed = choices.map(({ label, hint }) => (hint === undefined ? label : `${label} (${hint})`))
  if (!isInteractive()) throw new CommandFailed(exitCodes.usage, `${question} ${listed.join('; ')}`)
  const { select, isCancel } = await import('@clack/prompts')
  const answer = await select({
    message: question,
    options: choices.map(({ label, hint }, index) => ({
      value: index,
      label,
      ...present({ hint }),
    })),
    output: process.stderr,
  })
  const found = isCancel(answer) ? undefined : choices[answer]
  if (found === undefined) throw new CommandFailed(exitCodes.usage, 'nothing was chosen')
  return found.value
}
