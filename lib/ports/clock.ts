/** Time and chance, injected so that tests decide both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves at `atMs`, or at once when that has passed. */
  sleepUntil(atMs: number): Promise<void>
  /** Uniform in [0, 1). For jitter only: identity never depends on chance. */
  random(): number
}
