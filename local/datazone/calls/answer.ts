import {
  type CredentialErrorName,
  type ErrorName,
  errorStatus,
  ServiceError,
} from '../model/service-error.ts'

/** An error in an answer. */
export type AnsweredError = Readonly<{
  name: ErrorName | CredentialErrorName
  status: number
  message: string
}>

/** The outcome of a call. */
export type Outcome<Out> = { outcome: 'ok'; output: Out } | { outcome: 'error'; error: AnsweredError }

/**
 * What the caller gets instead of a well-formed answer. Only callers over HTTP see it; in process there is only the
 * outcome.
 */
export type Transport =
  | Readonly<{ kind: 'raw'; status: number; headers: Readonly<Record<string, string>>; body: string }>
  /** The answer breaks off halfway through its body. */
  | Readonly<{ kind: 'truncated' }>
  /** No answer, on a connection that stays open. */
  | Readonly<{ kind: 'hang' }>
  /** The connection is reset. */
  | Readonly<{ kind: 'reset' }>

/** Fields that an answer carries in another form than that of the model, e.g. `createdAt` as text. */
export type UnreadableFields = Readonly<{
  fields: Readonly<Record<string, unknown>>
  /** Only in the structure with this id; undefined: in every structure that has the field. */
  id: string | undefined
}>

/** The outcome of a call, and how its caller sees it. */
export type Answer<Out> = Outcome<Out> & {
  /** The caller sees a broken connection, whatever the outcome. */
  lost: boolean
  /** How many milliseconds after the effect the caller sees the answer. */
  delayMs: number
  transport?: Transport | undefined
  unreadable?: UnreadableFields | undefined
}

/** Returns the outcome of a call that DataZone refuses with a documented error. */
export const failure = (name: ErrorName, message: string): Outcome<never> => ({
  outcome: 'error',
  error: { name, status: errorStatus[name], message },
})

/**
 * Returns the outcome of an effect. A ServiceError becomes an outcome; any other error is a defect of the simulator and
 * is thrown.
 */
export const outcomeOf = <Out>(effect: () => Out): Outcome<Out> => {
  try {
    return { outcome: 'ok', output: effect() }
  } catch (error) {
    if (error instanceof ServiceError) return failure(error.name, error.message)
    throw error
  }
}
