/** Every error that DataZone documents for the served operations, with its HTTP status. */
export const errorStatus = {
  ValidationException: 400,
  UnauthorizedException: 401,
  ServiceQuotaExceededException: 402,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ConflictException: 409,
  ThrottlingException: 429,
  InternalServerException: 500,
} as const

/** Errors about the caller's clock and credentials, with their HTTP status. AWS answers them before the service does. */
export const credentialErrorStatus = {
  InvalidSignatureException: 403,
  ExpiredTokenException: 403,
  UnrecognizedClientException: 403,
  IncompleteSignature: 400,
} as const

/** The name of an error that DataZone documents. */
export type ErrorName = keyof typeof errorStatus
/** The name of an error about the caller's clock or credentials. */
export type CredentialErrorName = keyof typeof credentialErrorStatus

/** A documented error. An operation throws it, and the caller gets it as an answer. */
export class ServiceError extends Error {
  override readonly name: ErrorName

  constructor(name: ErrorName, message: string) {
    super(message)
    this.name = name
  }
}
