import { CatalogRoleFailed } from '../../errors.ts'
import type { Refusal, RefusalKind } from '../../ports/datazone.ts'

/** Every error of the service model that the run operations list, and its meaning. */
const kinds: Readonly<Record<string, RefusalKind>> = {
  ValidationException: 'INVALID',
  UnauthorizedException: 'DENIED',
  AccessDeniedException: 'DENIED',
  ServiceQuotaExceededException: 'QUOTA_EXCEEDED',
  ResourceNotFoundException: 'NOT_FOUND',
  ConflictException: 'CONFLICT',
  ThrottlingException: 'THROTTLED',
  InternalServerException: 'UNAVAILABLE',
}

/**
 * Errors of the caller's clock or credentials, which AWS answers with 400 or 403 before it looks at the call. A Lambda
 * that was frozen sends an old signature. They say nothing about permissions.
 */
const staleCredentials: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'UnrecognizedClientException',
])

/** Errors of AWS's front end have other names; their status codes say what they mean. */
const kindsByStatus: Readonly<Record<number, RefusalKind>> = {
  401: 'DENIED',
  403: 'DENIED',
  429: 'THROTTLED',
}

const statusOf = (error: unknown): number | undefined => {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  const metadata = error.$metadata
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}

const maxMessageLength = 5000

/** The SDK copies `message` from the body as it is, and a service may send anything there. */
const messageOf = (error: unknown): string => {
  const message: unknown = error instanceof Error ? error.message : undefined
  return typeof message === 'string' ? message.slice(0, maxMessageLength).toWellFormed() : 'no message'
}

const kindOf = (name: string, status: number | undefined): RefusalKind => {
  if (staleCredentials.has(name)) return 'UNAVAILABLE'
  const byName = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  return byName ?? (status === undefined ? undefined : kindsByStatus[status]) ?? 'UNAVAILABLE'
}

/** Whether a call failed because of the caller's clock or credentials: with a new signature it may succeed at once. */
export const hasStaleCredentials = ({ name }: Pick<Refusal, 'name'>): boolean => staleCredentials.has(name)

/**
 * Returns the meaning of an SDK error; the only place where errors are classified. P8: an unknown error is UNAVAILABLE,
 * which is retried and never ends a run. Only a 4xx that is understood proves that the call had no effect.
 */
export const classify = (error: unknown): Refusal => {
  // The credentials of a call come first: without them nothing was sent.
  if (error instanceof CatalogRoleFailed) {
    const kind = error.isDenied ? 'DENIED' : 'UNAVAILABLE'
    return { kind, definite: true, name: error.name, message: messageOf(error), cause: error }
  }
  const rawName: unknown = error instanceof Error ? error.name : undefined
  const name = typeof rawName === 'string' ? rawName.slice(0, 100).toWellFormed() : 'UnknownError'
  const status = statusOf(error)
  const kind = kindOf(name, status)
  const isUnderstood = kind !== 'UNAVAILABLE' || staleCredentials.has(name)
  const definite = isUnderstood && status !== undefined && status >= 400 && status < 500
  return { kind, definite, name, message: messageOf(error), cause: error }
}
