/** A call of a port: its effect, and what its caller gets when the port is out of reach. */
export interface PortCall<T> {
  /** Port and method, as `store.save`. */
  readonly name: string
  /** What the call is about, for the history. */
  readonly about?: string
  /** Happens atomically, at one moment. What it throws is the answer. */
  readonly effect: () => T
  /** Returns or throws what the caller gets when no answer comes. Whether the effect happened is then unknown. */
  readonly unreachable: (cause: Error) => T
  /** Whether the client behind the port sends a call again when the answer is lost, so that the effect may happen twice. */
  readonly resends?: boolean
  /** How long the caller waits for an answer before it gets `unreachable`. The call still takes effect. */
  readonly giveUpAfterMs?: number
  /** How long the service delays its answer. */
  readonly answerDelayMs?: (value: T) => number
}

/** The one hook that every call of every port goes through. */
export type Step = <T>(call: PortCall<T>) => Promise<T>

/**
 * What goes wrong with a call. `crash`: the caller dies just before or just after the effect. `fail`: the caller gets
 * `unreachable`, without the effect or after it. `resend`: the first answer is lost, the client sends the call again, and
 * the caller gets the second answer.
 */
export type Accident = 'crash-before' | 'crash-after' | 'fail-before' | 'fail-after' | 'resend'

/** What happens to one call. */
export interface Fate {
  /** The time from the call to its effect. A call that was sent arrives, even if its sender dies meanwhile. */
  readonly toEffectMs: number
  /** The time from the effect to the answer. */
  readonly toAnswerMs: number
  readonly accident?: Accident
}

/** The facts of a call on which its fate depends. */
export interface CallInfo {
  readonly process: string
  readonly name: string
  readonly atMs: number
  readonly resends: boolean
}

/** Decides what happens to a call. Called once for each call, in order. */
export type Fates = (call: CallInfo) => Fate
