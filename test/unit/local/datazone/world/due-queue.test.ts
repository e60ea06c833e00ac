import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDueQueue } from '../../../../../local/datazone/world/due-queue.ts'

describe('createDueQueue', () => {
  test('removes items by time, and items of the same time in the order in which they were added', () => {
    const steps = fc.array(fc.record({ dueAtMs: fc.nat(30), takeUntilMs: fc.option(fc.nat(30)) }))
    fc.assert(
      fc.property(steps, (given) => {
        const queue = createDueQueue<number>()
        let waiting: { dueAtMs: number; item: number }[] = []
        for (const [item, { dueAtMs, takeUntilMs }] of given.entries()) {
          queue.add(dueAtMs, item)
          waiting = [...waiting, { dueAtMs, item }].sort(
            (one, other) => one.dueAtMs - other.dueAtMs || one.item - other.item,
          )
          expect(queue.nextMs()).toBe(waiting[0]?.dueAtMs)
          if (takeUntilMs === null) continue
          const isDue = (waiting[0]?.dueAtMs ?? 0) <= takeUntilMs
          expect(queue.takeDue(takeUntilMs)).toEqual(
            isDue ? expect.objectContaining(waiting.shift()) : undefined,
          )
        }
        for (const next of waiting) expect(queue.takeDue(30)).toMatchObject(next)
        expect([queue.takeDue(30), queue.nextMs()]).toEqual([undefined, undefined])
      }),
    )
  })
})
