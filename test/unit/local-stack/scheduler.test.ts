import { describe, expect, test } from 'vitest'
import { type SchedulerClock, startSchedule } from '../../../local/servers/scheduler.ts'

/** Returns a clock that the test moves. Each move runs the callbacks that are due and the microtasks they queue. */
function manualClock() {
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

describe('startSchedule', () => {
  test('fires at multiples of the period even when a timer is late', async () => {
    const { clock, moveTo, armed } = manualClock()
    const fired: number[] = []
    startSchedule({ periodMs: 100, clock, fire: async (atMs) => void fired.push(atMs) })
    await moveTo(1_100)
    await moveTo(1_230)
    expect(fired).toEqual([1_100, 1_200])
    expect(armed()).toEqual([1_300])
  })

  test('skips the times that passed while the machine slept', async () => {
    const { clock, moveTo, armed } = manualClock()
    const fired: number[] = []
    startSchedule({ periodMs: 100, clock, fire: async (atMs) => void fired.push(atMs) })
    await moveTo(1_550)
    expect(fired).toEqual([1_100])
    expect(armed()).toEqual([1_600])
  })

  test('skips and records a time at which the last firing is still running', async () => {
    const { clock, moveTo, settle } = manualClock()
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

  test('fires during a running firing when overlap is true', async () => {
    const { clock, moveTo } = manualClock()
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

  test('records a failed firing and continues', async () => {
    const { clock, moveTo, armed } = manualClock()
    const schedule = startSchedule({ periodMs: 100, clock, fire: () => Promise.reject(new Error('no luck')) })
    await moveTo(1_100)
    expect(schedule.misfires()).toEqual([{ atMs: 1_100, reason: 'no luck' }])
    expect(armed()).toEqual([1_200])
  })

  test('waits for a running firing when it stops', async () => {
    const { clock, moveTo, settle, armed } = manualClock()
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
