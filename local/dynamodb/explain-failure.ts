import { errorCode } from '../servers/http.ts'

const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
])

/**
 * Returns an error that says in one line which operation failed at DYNAMODB_ENDPOINT, why, and the fix. Returns the
 * error of the embedded engine unchanged.
 */
export function explainFailure(error: unknown, operation: string, external: string | undefined): unknown {
  if (external === undefined) return error
  const code = errorCode(error)
  const place = `DYNAMODB_ENDPOINT=${external}: ${operation} failed`
  if (code !== undefined && unreachable.has(code))
    return new Error(
      `${place}, because nothing answers there (${code}): start the engine, or unset DYNAMODB_ENDPOINT to use the embedded one`,
      { cause: error },
    )
  const name = error instanceof Error ? error.name : 'Error'
  const message = error instanceof Error ? error.message.split('\n')[0] : String(error)
  const isMissing = /UnknownOperation|NotImplemented|UnsupportedOperation/i.test(`${name} ${message}`)
  const fix = isMissing
    ? `the engine lacks ${operation}: use one that has it, such as DynamoDB Local, moto or dynoxide`
    : 'check the engine and its credentials'
  return new Error(`${place} (${name}: ${message}): ${fix}`, { cause: error })
}
