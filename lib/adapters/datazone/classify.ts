import type { Refusal, RefusalKind } from '../../ports/datazone.ts'

/** Every error of the service model that the run operations list, and what it means to us. */
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

/** Errors of the front door (signatures, expired credentials, rates) have other names but telling codes. */
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

/**
 * What an error of the SDK's means, decided once, here. P8: an error nobody has heard of is UNAVAILABLE, to be tried
 * again, never an ending. Only an answer of 4xx that we understand says for certain that nothing happened.
 */
export const classify = (error: unknown): Refusal => {
  const name = error instanceof Error ? error.name : 'UnknownError'
  const status = statusOf(error)
  const kind =
    (Object.hasOwn(kinds, name) ? kinds[name] : undefined) ??
    (status === undefined ? undefined : kindsByStatus[status]) ??
    'UNAVAILABLE'
  const definite = kind !== 'UNAVAILABLE' && status !== undefined && status >= 400 && status < 500
  return {
    kind,
    definite,
    name,
    message: error instanceof Error ? error.message : 'unknown error',
    cause: error,
  }
}
