import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../lib/errors.ts'
import type { BackfillPlans } from '../../lib/ports/backfill-plans.ts'
import type { BackfillEntry } from '../../lib/run/backfill-asset.ts'
import { type BackfillPlan, entriesPerChunk, newPlan, readyPlan } from '../../lib/run/backfill-plan.ts'
import { minute, t0 } from '../support/runs.ts'

/** An implementation of BackfillPlans under test. */
export interface OpenBackfillPlans {
  /** Returns the plans through another client, as another command or sweep has it. */
  client(): BackfillPlans
  /** Makes the store of the plans unreachable. Absent if there is no store. */
  unplug?(): void
  close(): Promise<void>
}

/** Returns an entry whose fields are as long as DataZone allows. */
const entryOf = (index: number): BackfillEntry => ({
  assetId: `${index}`.padStart(36, 'a'),
  projectId: 'p'.repeat(36),
  revision: 'é'.repeat(64),
  types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'],
})

const written = (plan: BackfillPlan | undefined): BackfillPlan => {
  if (plan === undefined) throw new Error('the plan was not written')
  return plan
}

/** The contract that every BackfillPlans keeps. */
export const backfillPlansContract = (name: string, open: () => Promise<OpenBackfillPlans>): void => {
  describe(`BackfillPlans: ${name}`, () => {
    let opened: OpenBackfillPlans
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened.close())

    let count = 0
    /** Returns a plan whose name no other test uses. */
    const planNamed = (word: string) => {
      count += 1
      return newPlan(`${word}-${count}`, 'dzd_orders', t0)
    }
    const named = async (plan: BackfillPlan) =>
      (await opened.client().all()).find((candidate) => candidate.name === plan.name)

    test('returns the latest version of a plan to every client', async () => {
      const [one, other] = [opened.client(), opened.client()]
      const begun = written(await one.replace(planNamed('shown')))
      expect(begun.version).toBe(1)
      expect(await named(begun)).toEqual(begun)
      const leased = { ...readyPlan(begun, 7, t0 + minute), lease: { takenAtVersion: 1, untilMs: t0 } }
      const ready = written(await other.replace(leased, begun))
      expect(ready.version).toBe(2)
      expect(await named(begun)).toEqual(ready)
    })

    test('lets one of several concurrent writers win', async () => {
      const plan = planNamed('contended')
      const first = await Promise.all([1, 2, 3].map(() => opened.client().replace(plan)))
      expect(first.filter((won) => won !== undefined)).toHaveLength(1)
      const begun = written(first.find((won) => won !== undefined))
      const next = await Promise.all(
        [1, 2, 3].map((requests) => opened.client().replace(readyPlan(begun, requests, t0), begun)),
      )
      expect(next.filter((won) => won !== undefined)).toHaveLength(1)
    })

    test('stores a full chunk of the longest entries', async () => {
      const plan = written(await opened.client().replace(planNamed('chunks')))
      const entries = Array.from({ length: entriesPerChunk }, (_, index) => entryOf(index))
      await opened.client().putChunk(plan, 0, entries)
      await opened.client().putChunk(plan, 1, entries.slice(0, 1))
      expect(await opened.client().chunk(plan, 0)).toEqual(entries)
      expect(await opened.client().chunk(plan, 1)).toEqual(entries.slice(0, 1))
      expect(await opened.client().chunk(plan, 2)).toBeUndefined()
    })

    test('keeps the chunks of a plan apart from those of an earlier plan of the same name', async () => {
      const plan = written(await opened.client().replace(planNamed('again')))
      await opened.client().putChunk(plan, 0, [entryOf(0)])
      expect(await opened.client().chunk({ ...plan, createdAtMs: t0 + 1 }, 0)).toBeUndefined()
    })

    test('throws when its store cannot answer', async ({ skip }) => {
      if (opened.unplug === undefined) return skip('the plans are in memory')
      const client = opened.client()
      const plan = planNamed('unplugged')
      opened.unplug()
      await expect(client.all()).rejects.toThrow(PortUnavailable)
      await expect(client.replace(plan)).rejects.toThrow(PortUnavailable)
      await expect(client.putChunk(plan, 0, [])).rejects.toThrow(PortUnavailable)
      await expect(client.chunk(plan, 0)).rejects.toThrow(PortUnavailable)
    })
  })
}
