import type { Settings } from '../input/settings.ts'
import { ServiceError } from '../model/service-error.ts'

/** A Start that a clientToken stands for. */
type RememberedStart<R> = Readonly<{ request: string; run: R; atMs: number }>

/** Which run each clientToken of a domain started, oldest first. */
export type TokenMemory<R> = Map<string, RememberedStart<R>>

/** A Start as its token tells it: a request is the same when all but the token is. */
type TokenUse = Readonly<{ domainId: string; token: string | null | undefined; request: readonly unknown[] }>

const keyOf = ({ domainId, token }: TokenUse): string => `${domainId} ${token}`

const forgetOld = (memory: TokenMemory<unknown>, oldestMs: number): void => {
  for (const [key, { atMs }] of memory) {
    if (atMs >= oldestMs) return
    memory.delete(key)
  }
}

/**
 * The run that this token already started by the same request. When it was another one, throws `tokenMismatch`, or
 * gives that run all the same (`replay`).
 * A token is remembered for `tokenMemoryMs` from a success; a refusal is not remembered (assumptions).
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

/** Remembers which run a token started, if the request had one. */
export const rememberRun = <R>(memory: TokenMemory<R>, use: TokenUse, run: R, nowMs: number): void => {
  if (use.token) memory.set(keyOf(use), { request: JSON.stringify(use.request), run, atMs: nowMs })
}

/** What this token already answered to the same request, or else what the effect answers now. */
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
