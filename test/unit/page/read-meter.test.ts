import { describe, expect, test } from 'vitest'
import { readMeter } from '../../../page/server/read-meter.ts'

describe('readMeter', () => {
  const open = () => {
    let nowMs = 0
    return { meter: readMeter(60, () => nowMs), pass: (ms: number) => (nowMs += ms) }
  }

  test('allows the units of one minute at once, then one unit a second', () => {
    const { meter, pass } = open()
    meter.add(60)
    expect(meter.hasRoom()).toBe(false)
    pass(1000)
    expect(meter.hasRoom()).toBe(true)
  })

  test('makes later reads wait until a large one is paid back', () => {
    const { meter, pass } = open()
    meter.add(120)
    expect(meter.waitMs()).toBe(60_001)
    pass(60_001)
    expect(meter.waitMs()).toBe(0)
  })

  test('saves up the units of at most one minute', () => {
    const { meter, pass } = open()
    pass(3_600_000)
    meter.add(61)
    expect(meter.hasRoom()).toBe(false)
  })

  test('counts the units of the last minute', () => {
    const { meter, pass } = open()
    meter.add(5)
    pass(30_000)
    meter.add(7)
    expect(meter.unitsLastMinute()).toBe(12)
    pass(31_000)
    expect(meter.unitsLastMinute()).toBe(7)
  })
})
