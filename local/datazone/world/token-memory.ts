import type { Settings } from '../input/settings.ts'
import { ServiceError } from '../model/service-error.ts'

/** The request of a clientToken, the run that it started, and when. */
type RememberedStart<R> = Readonly<{ request: string; run: R; atMs: number }>

/** The run that each clientToken of each domain started, oldest first. */
export type TokenMemory<R> = Map<string, RememberedStart<R>>

/** A clientToken and its request. Requests are the same when everything but the token is equal. */
type TokenUse = Readonly<{ domainId: string; token: string | null | undefined; request: readonly unknown[] }>

const keyOf = ({ domainId, token }: TokenUse): string => `${domainId} ${token}`

const forgetOld = (memory: TokenMemory<unknown>, oldestMs: number): void => {
  for (const [key, { atMs }] of memory) {
    if (atMs >= oldestMs) return
    memory.delete(key)
  }
}

/**
 * Returns the run that a token already started with the same request, if any. For a token of another request it throws
 * the error of `tokenMismatch`, or returns the token's run (`replay`). Assumptions: a token is remembered for
 * `tokenMemoryMs` from a success, and a refusal is not remembered.
 */
export const rememberedRun = <R>(
  memory: TokenMemory<R>,
  use: TokenUse,
  nowMs: number,
  settings: Settings,
): R | undefined => {
  forgetOld(memory, nowMs - settings.tokenMemoryMs)
  const remembered = use.token ? memory.get(keyOf(use)) : undefined
  if (remembered === undefined || remembered.request === JSON.stringify(use.request)) return remembered?.run
  if (settings.tokenMismatch === 'replay') return remembered.run
  throw new ServiceError(settings.tokenMismatch, `clientToken ${use.token} was used for another request`)
}

/** Remembers the run that a token started; a request without a token is not remembered. */
export const rememberRun = <R>(memory: TokenMemory<R>, use: TokenUse, run: R, nowMs: number): void => {
  if (use.token) memory.set(keyOf(use), { request: JSON.stringify(use.request), run, atMs: nowMs })
}

/** Returns the answer that a token got to the same request, or else calls `effect` and remembers its answer. */
export const remembered = <Out extends object>(
  memory: TokenMemory<Out>,
  use: TokenUse,
  { nowMs, settings }: Readonly<{ nowMs: () => number; settings: Settings }>,
  effect: () => Out,
): Out => {
  const known = rememberedRun(memory, use, nowMs(), settings)
  if (known !== undefined) return known
  const output = effect()
  rememberRun(memory, use, output, nowMs())
  return output
}
