/** The exit codes of `dzrun`. They are stable: scripts may depend on them. */
export const exitCodes = {
  done: 0,
  runsFailed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  service: 5,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Returns the exit code for a refusal of DataZone. */
export const exitCodeOf = (kind: string): ExitCode =>
  kind === 'NOT_FOUND' ? exitCodes.notFound : kind === 'DENIED' ? exitCodes.refused : exitCodes.service

/** What `dzrun help exit-codes` prints. */
export const exitCodeLines: readonly string[] = [
  '0  done',
  '1  a run that --wait followed did not succeed, or doctor found an error',
  '2  wrong usage: an unknown flag, a malformed value, no stack named',
  '3  not found: the named asset, run, plan or breaker',
  '4  refused: by the policy, because a permission is missing, or because a run cannot be canceled',
  '5  a service did not answer, or answered with an error',
]

/** Ends a command with one line on stderr that says what is wrong and how to fix it. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
