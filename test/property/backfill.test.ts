import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dropReasons } from '../../lib/run/backfill-asset.ts'
import { applyPlan, stopPlan } from '../../lib/run/backfill-plan.ts'
import { runKey } from '../../lib/run/identity.ts'
import { changePlan } from '../../lib/usecases/operate/change-plan.ts'
import { type PlanRequest, planBackfill } from '../../lib/usecases/operate/plan-backfill.ts'
import { advanceBackfills } from '../../lib/usecases/sweep/advance-backfills.ts'
import { manualClock } from '../support/manual-clock.ts'
import { memoryBackfillPlans } from '../support/memory-backfill-plans.ts'
import { type MemoryAsset, memoryCatalog } from '../support/memory-catalog.ts'
import { memoryRunStore } from '../support/memory-run-store.ts'
import { recordingQueue } from '../support/recorders.ts'
import { endedRun, minute, second, subject } from '../support/runs.ts'

const assets: fc.Arbitrary<readonly (Omit<MemoryAsset, 'assetId'> & { readonly hasRun: boolean })[]> =
  fc.array(
    fc.record({
      projectId: fc.constantFrom('project-1', 'project-2', 'secret'),
      typeIdentifier: fc.constantFrom('table', 'view'),
      name: fc.constantFrom('orders', 'tmp_orders'),
      hasDescription: fc.boolean(),
      revision: fc.constantFrom('1', '2'),
      details: fc.oneof(
        fc.record({ revision: fc.constantFrom('1', '2'), hasSuggestions: fc.boolean() }),
        fc.constantFrom('NOT_FOUND' as const, 'DENIED' as const),
      ),
      hasRun: fc.boolean(),
    }),
    { maxLength: 60 },
  )

const requests: fc.Arbitrary<PlanRequest> = fc
  .record({
    inventory: fc.boolean(),
    overwrite: fc.boolean(),
    projects: fc.option(fc.subarray(['project-1', 'project-2', 'secret'], { minLength: 1 }), {
      nil: undefined,
    }),
  })
  .map(({ projects, ...choice }) => ({
    name: 'laws',
    domainId: 'dzd_orders',
    policy: {
      rules: [
        { match: { project: 'secret' }, verdict: { kind: 'skip' as const, because: 'secret' } },
        { match: { name: 'tmp_*' }, verdict: { kind: 'skip' as const, because: 'temporary' } },
        { match: { assetType: 'table' }, verdict: { kind: 'run' as const, policy: {} } },
      ],
    },
    defaultTypes: ['BUSINESS_DESCRIPTIONS'],
    ...choice,
    ...(projects === undefined ? {} : { projects }),
  }))

const assetAt = (all: readonly MemoryAsset[], index: number): MemoryAsset => {
  const asset = all[index]
  if (asset === undefined) throw new Error(`there is no asset ${index}`)
  return asset
}

test('plans or drops every listed asset once, with one reason', async () => {
  await fc.assert(
    fc.asyncProperty(assets, requests, async (drawn, request) => {
      const all = drawn.map((asset, index) => ({ ...asset, assetId: `asset-${index}` }))
      const runs = all
        .filter(({ hasRun }) => hasRun)
        .map(({ assetId, revision }) => endedRun({ subject: { ...subject, assetId, revision } }))
      const plans = memoryBackfillPlans()
      const result = await planBackfill(request, {
        catalog: memoryCatalog((index) => assetAt(all, index), all.length, 7),
        store: memoryRunStore(...runs),
        plans,
        clock: manualClock(),
      })
      if (result.outcome !== 'planned') throw new Error(`the backfill was not planned: ${result.outcome}`)
      const { counts, plan } = result
      const dropped = dropReasons.reduce((sum, reason) => sum + (counts.dropped[reason] ?? 0), 0)
      const wanted = all.filter(({ projectId }) => request.projects?.includes(projectId) ?? true)
      expect(counts.listed).toBe(wanted.length)
      expect(counts.planned + dropped).toBe(counts.listed)
      const entries = plans.entriesOf(plan)
      expect(entries).toHaveLength(counts.planned)
      expect(new Set(entries.map(({ assetId }) => assetId)).size).toBe(entries.length)
      // What is planned has no run at its latest revision.
      for (const { assetId, revision } of entries) {
        const key = runKey(endedRun({ subject: { ...subject, assetId, revision } }))
        expect(runs.map((run) => runKey(run))).not.toContainEqual(key)
      }
    }),
  )
})

const actionNames = [
  'apply',
  'stop',
  'sweep',
  'two sweeps',
  'sweep during a sweep',
  'a minute passes',
] as const
type Action = (typeof actionNames)[number] | 'sweep that dies'
/** In half of the sequences no sweep dies: there, only the lease keeps a request from being sent twice. */
const actionSequences: fc.Arbitrary<readonly Action[]> = fc.oneof(
  fc.array(fc.constantFrom(...actionNames), { maxLength: 30 }),
  fc.array(fc.constantFrom(...actionNames, 'sweep that dies'), { maxLength: 30 }),
)

test('sends each request id at least once, and twice only after a sweep died', async () => {
  await fc.assert(
    fc.asyncProperty(actionSequences, fc.integer({ min: 0, max: 450 }), async (sequence, count) => {
      const plans = memoryBackfillPlans()
      const clock = manualClock()
      const recording = recordingQueue()
      let during: (() => Promise<unknown>) | undefined
      const queue: Pick<typeof recording, 'submit'> = {
        async submit(requests) {
          const work = during
          during = undefined
          await work?.()
          return recording.submit(requests)
        },
      }
      const made = await planBackfill(
        {
          name: 'laws',
          domainId: 'dzd_orders',
          inventory: false,
          overwrite: false,
          policy: { rules: [{ match: {}, verdict: { kind: 'run', policy: {} } }] },
          defaultTypes: ['BUSINESS_DESCRIPTIONS'],
        },
        {
          catalog: memoryCatalog(
            (index) => ({
              assetId: `asset-${index}`,
              projectId: 'project-1',
              typeIdentifier: 'table',
              name: 'orders',
              hasDescription: false,
              revision: '1',
            }),
            count,
          ),
          store: memoryRunStore(),
          plans,
          clock,
        },
      )
      expect(made.outcome).toBe('planned')
      const settings = { mode: 'run' as const, maxReleases: 30 }
      const sweep = (dies = false) =>
        advanceBackfills(
          {},
          {
            backfills: dies
              ? {
                  ...plans,
                  replace: async (next, read) =>
                    next.lease ? plans.replace(next, read) : Promise.reject(new Error('dies')),
                }
              : plans,
            queue,
            clock,
            settings,
            deadlineMs: clock.now() + 47 * second,
          },
        )
      const act: Readonly<Record<Action, () => Promise<unknown>>> = {
        apply: () => changePlan('laws', (plan) => applyPlan(plan, clock.now()), plans),
        stop: () => changePlan('laws', (plan) => stopPlan(plan, clock.now()), plans),
        sweep: () => sweep(),
        'two sweeps': () => Promise.all([sweep(), sweep()]),
        'sweep during a sweep': async () => {
          during = () => sweep()
          await sweep()
          during = undefined
        },
        'sweep that dies': () => sweep(true),
        'a minute passes': async () => clock.advance(minute),
      }
      for (const action of sequence) await act[action]()
      await act.apply()
      for (let round = 0; round < 20; round += 1) {
        clock.advance(2 * minute)
        await sweep()
      }
      const ids = recording.submitted.map(({ requestId }) => requestId)
      expect(new Set(ids).size).toBe(count)
      if (!sequence.includes('sweep that dies')) expect(ids).toHaveLength(count)
      expect((await plans.all())[0]).toMatchObject({ state: 'DONE', sent: count })
    }),
  )
})
