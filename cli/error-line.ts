import { CatalogRefused } from '../lib/errors.ts'
import { CommandFailed, type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts'
import { firstLine } from './terminal.ts'

/** What a command prints when it fails, and the code that it exits with. */
export interface ErrorLine {
  readonly message: string
  readonly exitCode: ExitCode
  /** A table, queue or bus is missing: the cached outputs of the stack may be stale. */
  readonly isMissingResource?: true
}

/** The error and its causes, the outermost first. */
const chainOf = (error: unknown): readonly Error[] => {
  const chain: Error[] = []
  for (let one = error; one instanceof Error && chain.length < 8; one = one.cause) chain.push(one)
  return chain
}

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined

/** Names of errors whose cause is the caller's credentials or permissions, with the fix. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/^CredentialsProviderError$/, 'log in, or give --profile'],
  [/^ExpiredToken/, 'the credentials have expired: log in again'],
  [/^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch)/, 'check --profile'],
  [/^AccessDenied|^UnauthorizedOperation$/, 'your credentials lack a permission: docs/DEPLOY.md lists them'],
]

const missing = /^(ResourceNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/
const offline = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH)$/

/** The first line without its period, because the fix follows it. */
const sentence = (text: string): string => firstLine(text).replace(/\.$/, '')

/** Returns the one line that says what failed and how to fix it. */
export const errorLine = (error: unknown): ErrorLine => {
  if (error instanceof CommandFailed) return { message: error.message, exitCode: error.exitCode }
  const chain = chainOf(error)
  const text = sentence(chain[0]?.message || String(error))
  const innermost = sentence(chain.at(-1)?.message ?? '')
  const message = innermost === '' || text.includes(innermost) ? text : `${text}: ${innermost}`
  const refusal = chain.flatMap(({ name }) => refusals.filter(([names]) => names.test(name)))[0]
  if (refusal !== undefined) return { message: `${message}; ${refusal[1]}`, exitCode: exitCodes.refused }
  if (error instanceof CatalogRefused) return { message, exitCode: exitCodeOf(error.kind) }
  if (chain.some((one) => offline.test(codeOf(one) ?? '')))
    return {
      message: `${message}; check that the stack still runs (npm start), or your network`,
      exitCode: exitCodes.service,
    }
  const isMissing = chain.some(({ name }) => missing.test(name))
  return { message, exitCode: exitCodes.service, ...(isMissing ? { isMissingResource: true } : {}) }
}
