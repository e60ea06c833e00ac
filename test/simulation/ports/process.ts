import type { Clock } from '../../../lib/ports/clock.ts'
import type { VirtualTime } from './clock.ts'
import type { Accident, Fates, PortCall, Step } from './port-call.ts'
import type { Random } from './random.ts'

export interface HistoryLine {
  readonly atMs: number
  readonly process: string
  readonly what: 'begins' | 'effect' | 'answer' | 'dies' | 'returns' | 'throws' | Accident | 'gives-up'
  readonly name: string
  readonly about: string
}

/** The result of the work of a process. */
type WorkResult<T> =
  | { readonly outcome: 'returned'; readonly value: T }
  | { readonly outcome: 'threw'; readonly error: unknown }
  | { readonly outcome: 'died'; readonly why: string }

/** One execution environment: code that calls ports until it is done or dies. */
export interface Process {
  readonly name: string
  readonly step: Step
  readonly clock: Clock
  alive(): boolean
  /** Kills the process, like a crash or a timeout. Its calls get no answer any more, but those already sent take effect. */
  kill(why: string): void
  /** Runs work until it returns, throws or dies. */
  work<T>(task: () => Promise<T>): Promise<WorkResult<T>>
}

export interface ProcessOptions {
  readonly name: string
  readonly time: VirtualTime
  readonly fates: Fates
  /** For its `clock.random()`. */
  readonly random: Random
  /** How far its clock is ahead of virtual time, in ms (negative: behind). */
  readonly clockSkewMs?: number
  /** Called with every line of its history. */
  readonly note?: (line: HistoryLine) => void
}

type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

const tried = <T>(work: () => T): Answer<T> => {
  try {
    return { ok: true, value: work() }
  } catch (error) {
    return { ok: false, error }
  }
}

const lost = () => new Error('the simulation lost this call')

/** Never settles: a dead process gets no answer. */
const never = <T>(): Promise<T> => new Promise(() => {})

/** Creates a process. It runs nothing by itself: see `work`. */
export const startProcess = (options: ProcessOptions): Process => {
  const { name, time, fates, random, clockSkewMs = 0, note } = options
  const atDeath = new Set<(why: string) => void>()
  let alive = true

  const log = (what: HistoryLine['what'], call: string, about = '') =>
    note?.({ atMs: time.now(), process: name, what, name: call, about })

  /** Callers of `work` learn of the death in the next action, not in the middle of the process's own code. */
  const kill = (why: string) => {
    if (!alive) return
    alive = false
    log('dies', why)
    time.at(time.now(), () => {
      for (const onDeath of atDeath) onDeath(why)
    })
  }

  const step: Step = <T>(call: PortCall<T>): Promise<T> => {
    const { name: callName, about = '', resends = false } = call
    if (!alive) return never()
    const fate = fates({ process: name, name: callName, atMs: time.now(), resends })
    const { accident } = fate
    const mark = (what: HistoryLine['what']) => log(what, callName, about)
    if (accident === 'crash-before') {
      mark(accident)
      kill(`before ${callName}`)
      return never()
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const settle = (answer: Answer<T>) => {
      if (answer.ok) resolve(answer.value)
      else reject(answer.error)
    }
    const givesUpAtMs = time.now() + (call.giveUpAfterMs ?? Number.POSITIVE_INFINITY)
    const answerAt = (atMs: number, what: 'answer' | 'gives-up', answer: () => Answer<T>) =>
      time.at(atMs, () => {
        if (!alive) return
        mark(what)
        settle(answer())
      })
    const giveUp = () => answerAt(givesUpAtMs, 'gives-up', () => tried(() => call.unreachable(lost())))
    const takeEffect = (): Answer<T> => {
      if (accident === 'fail-before') {
        mark(accident)
        return tried(() => call.unreachable(lost()))
      }
      mark('effect')
      const answer = tried(call.effect)
      if (accident === undefined || (accident === 'resend' && !resends)) return answer
      mark(accident)
      if (accident === 'fail-after') return tried(() => call.unreachable(lost()))
      if (accident === 'crash-after') kill(`after ${callName}`)
      return accident === 'resend' ? tried(call.effect) : answer
    }
    const effectAtMs = time.now() + fate.toEffectMs
    // The caller may give up while the call is on its way. The effect happens all the same.
    const comesTooLate = effectAtMs > givesUpAtMs
    if (comesTooLate) giveUp()
    time.at(effectAtMs, () => {
      const answer = takeEffect()
      if (comesTooLate || !alive) return
      const delayMs = answer.ok ? (call.answerDelayMs?.(answer.value) ?? 0) : 0
      const answerAtMs = time.now() + fate.toAnswerMs + delayMs
      if (answerAtMs > givesUpAtMs) giveUp()
      else answerAt(answerAtMs, 'answer', () => answer)
    })
    return promise
  }

  const clock: Clock = {
    now: () => time.now() + clockSkewMs,
    random: random.next,
    sleepUntil: (atMs) =>
      new Promise((resolve) => {
        if (!alive) return
        const fate = fates({ process: name, name: 'clock.sleepUntil', atMs: time.now(), resends: false })
        const wakesAtMs = Math.max(time.now(), atMs - clockSkewMs + fate.toAnswerMs)
        if (fate.accident === 'crash-before') kill('before clock.sleepUntil')
        time.at(wakesAtMs, () => {
          if (fate.accident === 'crash-after') kill('after clock.sleepUntil')
          if (alive) resolve()
        })
      }),
  }

  return {
    name,
    step,
    clock,
    alive: () => alive,
    kill,
    work: <T>(task: () => Promise<T>): Promise<WorkResult<T>> => {
      const { promise, resolve } = Promise.withResolvers<WorkResult<T>>()
      const onDeath = (why: string) => resolve({ outcome: 'died', why })
      if (!alive) {
        onDeath('had died before')
        return promise
      }
      atDeath.add(onDeath)
      log('begins', '')
      const over = (what: 'returns' | 'throws', result: WorkResult<T>) => {
        if (!alive) return
        atDeath.delete(onDeath)
        log(what, '')
        resolve(result)
      }
      task().then(
        (value) => over('returns', { outcome: 'returned', value }),
        (error: unknown) => over('throws', { outcome: 'threw', error }),
      )
      return promise
    },
  }
}
