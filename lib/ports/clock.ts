/** Time and randomness, injected so that tests and the simulation control both. */
export interface Clock {
  /** Returns milliseconds since the epoch. */
  now(): number
  /** Resolves at `atMs`, or at once if that has passed. */
  sleepUntil(atMs: number): Promise<void>
  /** Returns a number in [0, 1). For jitter only: identity never depends on randomness. */
  random(): number
}
