import { describe, expect, test } from 'vitest'
import { type SchedulerClock, startSchedule } from '../../../local/servers/scheduler.ts'

/** A clock that moves when told to, and lets what was started get as far as it can. */
function handClock() {
  let nowMs = 1_000
  let timers: { atMs: number; callback: () => void }[] = []
  const clock: SchedulerClock = {
    now: () => nowMs,
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const moveTo = async (atMs: number) => {
    nowMs = atMs
    const due = timers.filter((timer) => timer.atMs <= atMs)
    timers = timers.filter((timer) => timer.atMs > atMs)
    for (const { callback } of due) callback()
    await settle()
  }
  return { clock, moveTo, settle, armed: () => timers.map(({ atMs }) => atMs) }
}

describe('a schedule', () => {
  test('fires each period, counted from the first, however late its timers are', async () => {
    const { clock, moveTo, armed } = handClock()
    const fired: number[] = []
    startSchedule({ periodMs: 100, clock, fire: async (atMs) => void fired.push(atMs) })
    await moveTo(1_100)
    await moveTo(1_230)
    expect(fired).toEqual([1_100, 1_200])
    expect(armed()).toEqual([1_300])
  })

  test('does not make up for times that passed meanwhile', async () => {
    const { clock, moveTo, armed } = handClock()
    const fired: number[] = []
    startSchedule({ periodMs: 100, clock, fire: async (atMs) => void fired.push(atMs) })
    await moveTo(1_550)
    expect(fired).toEqual([1_100])
    expect(armed()).toEqual([1_600])
  })

  test('skips a time while the last firing runs, and records it', async () => {
    const { clock, moveTo, settle } = handClock()
    const running = Promise.withResolvers<void>()
    let fired = 0
    const schedule = startSchedule({
      periodMs: 100,
      clock,
      fire: () => {
        fired += 1
        return running.promise
      },
    })
    await moveTo(1_100)
    await moveTo(1_200)
    expect(fired).toBe(1)
    expect(schedule.misfires()).toEqual([{ atMs: 1_200, reason: 'the last firing was still running' }])
    running.resolve()
    await settle()
    await moveTo(1_300)
    expect(fired).toBe(2)
  })

  test('overlaps when told to', async () => {
    const { clock, moveTo } = handClock()
    let fired = 0
    const fire = () => {
      fired += 1
      return new Promise<void>(() => {})
    }
    startSchedule({ periodMs: 100, clock, overlap: true, fire })
    await moveTo(1_100)
    await moveTo(1_200)
    expect(fired).toBe(2)
  })

  test('records a firing that failed, and goes on', async () => {
    const { clock, moveTo, armed } = handClock()
    const schedule = startSchedule({ periodMs: 100, clock, fire: () => Promise.reject(new Error('no luck')) })
    await moveTo(1_100)
    expect(schedule.misfires()).toEqual([{ atMs: 1_100, reason: 'no luck' }])
    expect(armed()).toEqual([1_200])
  })

  test('stops when what it fired has ended', async () => {
    const { clock, moveTo, settle, armed } = handClock()
    const running = Promise.withResolvers<void>()
    const schedule = startSchedule({ periodMs: 100, clock, fire: () => running.promise })
    await moveTo(1_100)
    let stopped = false
    const stopping = schedule.stop().then(() => {
      stopped = true
    })
    await settle()
    expect(stopped).toBe(false)
    expect(armed()).toEqual([])
    running.resolve()
    await stopping
  })
})
