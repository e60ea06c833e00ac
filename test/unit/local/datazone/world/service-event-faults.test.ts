import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SettingsInput } from '../../../../../local/datazone/input/settings.ts'
import { dateDim, errorOf, storeSales, testWorld } from '../test-world.ts'
import { dayMs, eventsOfRun, eventsUntil, typesOf } from './taken-events.ts'

const faults = fc.record({
  seed: fc.nat(10_000),
  eventLostShare: fc.constantFrom(0, 0.3, 1),
  eventDuplicateShare: fc.constantFrom(0, 0.3, 1),
  eventLateShare: fc.constantFrom(0, 0.3),
  eventReorderedShare: fc.constantFrom(0, 0.5),
  eventReorderMs: fc.constantFrom(0, 60_000),
  failureShare: fc.constantFrom(0, 0.3),
  partialShare: fc.constantFrom(0, 0.3),
})
const starts = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 20 })

const worldWithRuns = (settings: Partial<SettingsInput> & { seed: number }, gapsMs: readonly number[]) => {
  const world = testWorld({ startBucket: 1000, ...settings })
  for (const [index, gapMs] of gapsMs.entries()) {
    world.start(world.assetIds[index] ?? '')
    world.clock.ms += gapMs
  }
  return world
}

/** Returns the least and the most events that an ending can have. */
const eventCounts = (settings: Partial<SettingsInput>, ending: string): { least: number; most: number } => {
  const { eventLostShare: lost = 0, eventDuplicateShare: duplicates = 0 } = settings
  if (ending === 'PARTIALLY_SUCCEEDED' || lost === 1) return { least: 0, most: 0 }
  const surely = duplicates === 1 ? 2 : 1
  return { least: lost === 0 ? surely : 0, most: duplicates > 0 ? 2 : 1 }
}

describe('service events under faults', () => {
  test('sends at most one event per ending and one duplicate of it, never before the ending', () => {
    fc.assert(
      fc.property(faults, starts, (settings, gapsMs) => {
        const world = worldWithRuns(settings, gapsMs)
        world.clock.ms += dayMs
        const taken = world.control.takeEvents()
        for (const run of world.control.runs()) {
          const mine = taken.filter(({ event }) => event.detail.metadata['id'] === run.id)
          const { least, most } = eventCounts(settings, run.ending)
          expect(mine.length).toBeGreaterThanOrEqual(least)
          expect(mine.length).toBeLessThanOrEqual(most)
          expect(new Set(mine.map(({ event }) => event.id)).size).toBeLessThanOrEqual(1)
          const verdict = run.ending === 'FAILED' ? 'Failed' : 'Succeeded'
          for (const { dueAtMs, event } of mine) {
            expect(dueAtMs).toBeGreaterThanOrEqual(run.endsAtMs + 500)
            expect(event['detail-type']).toBe(`Metadata Generation ${verdict}`)
          }
        }
      }),
    )
  })

  test('sends the same events however often they are taken, never before nextEventMs', () => {
    fc.assert(
      fc.property(
        faults,
        starts,
        fc.array(fc.nat(100_000), { maxLength: 10 }),
        (settings, gapsMs, looksMs) => {
          const [one, other, third] = [0, 1, 2].map(() => worldWithRuns(settings, gapsMs))
          if (one === undefined || other === undefined || third === undefined) throw new Error('unreachable')
          const endMs = one.clock.ms + dayMs
          one.clock.ms = endMs
          const all = one.control.takeEvents()
          const piecemeal = []
          for (const lookMs of looksMs) {
            other.clock.ms += lookMs
            piecemeal.push(...other.control.takeEvents())
          }
          other.clock.ms = endMs
          expect([...piecemeal, ...other.control.takeEvents()]).toEqual(all)
          const stepped = [...third.control.takeEvents()]
          for (
            let next = third.control.nextEventMs();
            next !== undefined;
            next = third.control.nextEventMs()
          ) {
            expect(next).toBeGreaterThan(third.clock.ms)
            third.clock.ms = next
            stepped.push(...third.control.takeEvents())
          }
          expect(stepped).toEqual(all)
          expect(stepped.map(({ dueAtMs }) => dueAtMs)).toEqual(
            stepped.map(({ dueAtMs }) => dueAtMs).sort((a, b) => a - b),
          )
        },
      ),
      { numRuns: 50 },
    )
  })

  test('delays late events, and lets other events overtake reordered events', () => {
    const late = eventsOfRun({ eventLateShare: 1 })
    expect(late.events).toHaveLength(1)
    const world = testWorld({ eventLateShare: 1, eventLateMs: 7000 })
    world.start(storeSales)
    const endsAtMs = world.control.runs()[0]?.endsAtMs ?? 0
    expect(eventsUntil(world, endsAtMs + 7499)).toEqual([])
    expect(eventsUntil(world, endsAtMs + 7500)).toHaveLength(1)
    const reordered = worldWithRuns(
      { seed: 5, eventReorderedShare: 0.5, eventReorderMs: 60_000 },
      Array.from({ length: 20 }, () => 1000),
    )
    const times = eventsUntil(reordered, reordered.clock.ms + dayMs).map(({ time }) => time)
    expect(times).toHaveLength(20)
    expect(times).not.toEqual(times.toSorted())
  })

  test('keeps the events of earlier endings when settings change', () => {
    const world = testWorld()
    world.start(storeSales)
    world.clock.ms = world.control.runs()[0]?.endsAtMs ?? 0
    world.control.changeSettings({ eventLostShare: 1 })
    expect(errorOf(world.start(dateDim))).toBe('ok')
    expect(typesOf(eventsUntil(world, world.clock.ms + dayMs))).toEqual(['Metadata Generation Succeeded'])
  })
})
