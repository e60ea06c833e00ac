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

/** The name of a documented error. */
export type ErrorName = keyof typeof errorStatus

/** An operation's way of answering with an error: thrown inside it, turned into a value by the core. */
export class ServiceError extends Error {
  override readonly name: ErrorName

  constructor(name: ErrorName, message: string) {
    super(message)
    this.name = name
  }
}
