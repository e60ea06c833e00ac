import {
  type CredentialErrorName,
  type ErrorName,
  errorStatus,
  ServiceError,
} from '../model/service-error.ts'

/** An error as it is answered. */
export type AnsweredError = Readonly<{
  name: ErrorName | CredentialErrorName
  status: number
  message: string
}>

/** What a call came to. */
export type Outcome<Out> = { outcome: 'ok'; output: Out } | { outcome: 'error'; error: AnsweredError }

/** What the caller gets in place of a well-formed answer. Only a server shows it: in process, `outcome` is all. */
export type Transport =
  | Readonly<{ kind: 'raw'; status: number; headers: Readonly<Record<string, string>>; body: string }>
  /** The answer breaks off halfway through its body. */
  | Readonly<{ kind: 'truncated' }>
  /** No answer, on a connection that stays open. */
  | Readonly<{ kind: 'hang' }>
  /** The connection is reset. */
  | Readonly<{ kind: 'reset' }>

/** Members that an answer carries in another form than the model gives them, e.g. `createdAt` as a text. */
export type UnreadableFields = Readonly<{
  fields: Readonly<Record<string, unknown>>
  /** Only in structures with this id; undefined: in every structure that has the member. */
  id: string | undefined
}>

/** What a call came to, and how its caller sees it. */
export type Answer<Out> = Outcome<Out> & {
  /** The caller sees a broken connection, whatever the outcome. */
  lost: boolean
  /** How many milliseconds after the effect the caller sees the answer. */
  delayMs: number
  transport?: Transport | undefined
  unreadable?: UnreadableFields | undefined
}

/** The outcome of an error that DataZone documents. */
export const failure = (name: ErrorName, message: string): Outcome<never> => ({
  outcome: 'error',
  error: { name, status: errorStatus[name], message },
})

/** Runs an effect. A ServiceError becomes an outcome; any other error is a mistake of the simulator and is thrown. */
export const outcomeOf = <Out>(effect: () => Out): Outcome<Out> => {
  try {
    return { outcome: 'ok', output: effect() }
  } catch (error) {
    if (error instanceof ServiceError) return failure(error.name, error.message)
    throw error
  }
}
