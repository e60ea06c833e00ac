import { type ErrorName, errorStatus, ServiceError } from '../model/service-error.ts'

/** How a call went, as the service sees it. */
export type Outcome<Out> =
  | { outcome: 'ok'; output: Out }
  | { outcome: 'error'; error: { name: ErrorName; status: number; message: string } }

/** How a call went, as its transport must show it. */
export type Answer<Out> = Outcome<Out> & {
  /** The effect happened; the caller sees a broken connection and none of this. */
  lost: boolean
  /** How many milliseconds after the effect the caller sees it. */
  delayMs: number
}

/** The outcome that is an error. */
export const failure = (name: ErrorName, message: string): Outcome<never> => ({
  outcome: 'error',
  error: { name, status: errorStatus[name], message },
})

/** Does it; a service error that it throws becomes an outcome, anything else is a mistake of ours and flies on. */
export const outcomeOf = <Out>(effect: () => Out): Outcome<Out> => {
  try {
    return { outcome: 'ok', output: effect() }
  } catch (error) {
    if (error instanceof ServiceError) return failure(error.name, error.message)
    throw error
  }
}
