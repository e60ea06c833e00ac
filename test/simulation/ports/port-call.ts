/** A call of a port: what it does to the world outside, and what its caller sees when the port is out of reach. */
export interface PortCall<T> {
  /** Port and method, as `store.save`. */
  readonly name: string
  /** What it is about, for the history. */
  readonly about?: string
  /** Happens at one moment, whole. What it throws is the answer. */
  readonly effect: () => T
  /** The answer when there is none: a value, or thrown. Whether the effect happened is not known then. */
  readonly unreachable: (cause: Error) => T
  /** The client behind the port sends a second time by itself when an answer is lost: the effect may happen twice. */
  readonly resends?: boolean
  /** The caller sees `unreachable` after so long. What was sent takes effect all the same. */
  readonly giveUpAfterMs?: number
  /** How long the other side holds its answer back. */
  readonly answerDelayMs?: (value: T) => number
}

/** The one hook that every call of every port goes through. */
export type Step = <T>(call: PortCall<T>) => Promise<T>

/**
 * What goes wrong with a call. `crash`: the caller dies just before, or just after the effect. `fail`: it sees
 * `unreachable`, and the effect did not happen, or did. `resend`: the first answer is lost, the client asks again, and
 * the caller sees the second answer.
 */
export type Accident = 'crash-before' | 'crash-after' | 'fail-before' | 'fail-after' | 'resend'

/** What becomes of one call. */
export interface Fate {
  /** From the call to its effect. What is on its way arrives, also when its sender dies meanwhile. */
  readonly toEffectMs: number
  /** From the effect to the answer. */
  readonly toAnswerMs: number
  readonly accident?: Accident
}

/** A call, as far as its fate cares. */
export interface CallInfo {
  readonly process: string
  readonly name: string
  readonly atMs: number
  readonly resends: boolean
}

/** Decides what becomes of a call. Called once for each, in order. */
export type Fates = (call: CallInfo) => Fate
