import { expect, test } from 'vitest'
import type { Answer, Refusal, RefusalKind } from '../../../../lib/ports/datazone.ts'
import { pacedCalls } from '../../../../lib/usecases/operate/paced-calls.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { second, t0 } from '../../../support/runs.ts'

const answered: Answer<string> = { outcome: 'answered', value: 'page' }

const refused = (kind: RefusalKind): Answer<string> => {
  const refusal: Refusal = { kind, definite: true, name: kind, message: 'refused', cause: undefined }
  return { outcome: 'refused', refusal }
}

/** Returns a service that sends the answers in turn, repeats the last one, and records the time of each call. */
const service = (...answers: readonly Answer<string>[]) => {
  const clock = manualClock()
  const sentAtMs: number[] = []
  const calls = pacedCalls(clock)
  const call = () =>
    calls.call(async () => {
      sentAtMs.push(clock.now() - t0)
      return answers[Math.min(sentAtMs.length, answers.length) - 1] ?? answered
    })
  return { calls, call, clock, sentAtMs }
}

test('makes sixteen calls a second at most', async () => {
  const { calls, call, sentAtMs } = service(answered)
  for (let made = 0; made < 33; made += 1) await call()
  expect(sentAtMs).toEqual(Array.from({ length: 33 }, (_, at) => at * 62.5))
  expect(calls.made()).toBe(33)
})

test('makes a call at once after a pause', async () => {
  const { call, clock, sentAtMs } = service(answered)
  await call()
  clock.advance(second)
  await call()
  expect(sentAtMs).toEqual([0, second])
})

test.each<RefusalKind>(['THROTTLED', 'UNAVAILABLE'])(
  'repeats a call that is %s, with a growing wait',
  async (kind) => {
    const { calls, call, sentAtMs } = service(refused(kind), refused(kind), refused(kind), answered)
    expect(await call()).toEqual(answered)
    expect(sentAtMs).toEqual([0, 5 * second, 15 * second, 35 * second])
    expect(calls.made()).toBe(4)
  },
)

test('returns the last refusal after six tries', async () => {
  const { calls, call } = service(refused('THROTTLED'))
  expect(await call()).toMatchObject({ refusal: { kind: 'THROTTLED' } })
  expect(calls.made()).toBe(6)
})

test('returns any other refusal at once', async () => {
  const { calls, call } = service(refused('DENIED'), answered)
  expect(await call()).toMatchObject({ refusal: { kind: 'DENIED' } })
  expect(calls.made()).toBe(1)
})
