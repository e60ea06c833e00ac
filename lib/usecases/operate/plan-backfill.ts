import { CatalogRefused } from '../../errors.ts'
import type { BackfillPlans } from '../../ports/backfill-plans.ts'
import type { Catalog } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RunStore } from '../../ports/run-store.ts'
import {
  type BackfillChoice,
  type BackfillEntry,
  type BackfillVerdict,
  type CatalogAsset,
  type DropReason,
  dropped,
  isRunAlready,
  typesFor,
  verdictFor,
} from '../../run/backfill-asset.ts'
import type { RunGroup } from '../../run/backfill-forecast.ts'
import { type BackfillPlan, canReplan, entriesPerChunk, newPlan, readyPlan } from '../../run/backfill-plan.ts'
import { present } from '../../run/present.ts'
import { type Enumeration, listAssets } from './list-assets.ts'
import { type PacedCalls, pacedCalls } from './paced-calls.ts'

/**
 * Makes a backfill plan.
 *
 * 1. Every listed asset is counted once: as planned, or under the reason for which it was dropped.
 * 2. One page of the catalog and less than one chunk of entries are in memory at a time, however many assets there are.
 * 3. A plan can be applied only when all of it is written.
 */

export interface PlanRequest extends BackfillChoice, Enumeration {
  readonly name: string
}

export interface PlanContext {
  readonly catalog: Catalog
  readonly store: Pick<RunStore, 'runsOf'>
  readonly plans: BackfillPlans
  readonly clock: Clock
  /** Receives the counts after each page. */
  readonly onProgress?: (counts: PlanCounts) => void
}

export interface PlanCounts {
  readonly listed: number
  readonly planned: number
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** Runs by project and types. */
  readonly groups: readonly RunGroup[]
  /** Items of the catalog without a readable id, project or name; they are in no other count. */
  readonly unreadableItems: number
  /** How many assets DataZone says there are; absent when the plan is about some projects only. */
  readonly total?: number
  /** Calls to DataZone that the planning made. */
  readonly calls: number
}

export type PlanResult =
  | { readonly outcome: 'planned'; readonly plan: BackfillPlan; readonly counts: PlanCounts }
  /** A plan of that name is being applied, or is sent in part. */
  | { readonly outcome: 'exists'; readonly plan: BackfillPlan }
  /** Another command has written the plan meanwhile. */
  | { readonly outcome: 'changed' }

/** Counts verdicts; its size grows with the projects and the sets of types only. */
const counter = () => {
  const groups = new Map<string, RunGroup>()
  const reasons: Partial<Record<DropReason, number>> = {}
  let [listed, planned, unreadableItems] = [0, 0, 0]
  let total: number | undefined
  return {
    addPage: (page: { readonly unreadableItems: number; readonly total?: number }) => {
      unreadableItems += page.unreadableItems
      if (page.total !== undefined) total = (total ?? 0) + page.total
    },
    add: (asset: CatalogAsset, verdict: BackfillVerdict) => {
      listed += 1
      if (verdict.verdict === 'dropped') {
        reasons[verdict.reason] = (reasons[verdict.reason] ?? 0) + 1
        return
      }
      planned += 1
      for (const types of verdict.runs) {
        const key = JSON.stringify([asset.projectId, types])
        const runs = (groups.get(key)?.runs ?? 0) + 1
        groups.set(key, { projectId: asset.projectId, types, runs })
      }
    },
    counts: (calls: number): PlanCounts => ({
      listed,
      planned,
      dropped: { ...reasons },
      groups: [...groups.values()].toSorted(
        (left, right) =>
          left.projectId.localeCompare(right.projectId) ||
          left.types.join().localeCompare(right.types.join()),
      ),
      unreadableItems,
      ...present({ total }),
      calls,
    }),
  }
}

const verdictOn = async (
  asset: CatalogAsset,
  request: PlanRequest,
  { catalog, store }: PlanContext,
  calls: PacedCalls,
): Promise<BackfillVerdict> => {
  const types = typesFor(asset, request)
  if (typeof types === 'string') return dropped(types)
  const { domainId } = request
  const records = (await store.runsOf({ domainId, assetId: asset.assetId })).runs
  if (isRunAlready(asset, types, records)) return dropped('HAS_RUN')
  const answer = await calls.call(() => catalog.details(domainId, asset.assetId))
  if (answer.outcome === 'answered')
    return verdictFor(asset, types, { details: answer.value, records }, request)
  const { kind } = answer.refusal
  if (kind === 'NOT_FOUND') return dropped('NOT_FOUND')
  if (kind === 'DENIED') return dropped('NOT_READABLE')
  throw new CatalogRefused(`GetAsset of ${asset.assetId}`, answer.refusal)
}

/** Collects entries and writes them in whole chunks. */
const chunkWriter = (plan: BackfillPlan, plans: BackfillPlans) => {
  let buffer: BackfillEntry[] = []
  let chunks = 0
  const flush = async (): Promise<void> => {
    await plans.putChunk(plan, chunks, buffer)
    chunks += 1
    buffer = []
  }
  return {
    add: async (entry: BackfillEntry): Promise<void> => {
      buffer.push(entry)
      if (buffer.length === entriesPerChunk) await flush()
    },
    /** Writes the rest and returns how many entries there are. */
    end: async (): Promise<number> => {
      const rest = buffer.length
      const whole = chunks * entriesPerChunk
      if (rest > 0) await flush()
      return whole + rest
    },
  }
}

/**
 * Lists the catalog, decides on each asset, and writes the plan in chunks. Calls DataZone with the caller's own credentials,
 * at most 16 times a second. A plan of the same name that was not applied is replaced.
 * @throws CatalogRefused when DataZone refuses a page, PortUnavailable when the table does not answer
 */
export const planBackfill = async (request: PlanRequest, context: PlanContext): Promise<PlanResult> => {
  const { plans, clock, catalog, onProgress } = context
  const known = (await plans.all()).find(({ name }) => name === request.name)
  if (known !== undefined && !canReplan(known)) return { outcome: 'exists', plan: known }
  const begun = await plans.replace(newPlan(request.name, request.domainId, clock.now()), known)
  if (begun === undefined) return { outcome: 'changed' }

  const calls = pacedCalls(clock)
  const counting = counter()
  const chunks = chunkWriter(begun, plans)
  for await (const page of listAssets(request, catalog, calls)) {
    counting.addPage(page)
    const verdicts = await Promise.all(page.assets.map((asset) => verdictOn(asset, request, context, calls)))
    for (const [index, asset] of page.assets.entries()) {
      const verdict = verdicts[index]
      if (verdict === undefined) continue
      counting.add(asset, verdict)
      if (verdict.verdict === 'planned') await chunks.add(verdict.entry)
    }
    onProgress?.(counting.counts(calls.made()))
  }
  const ready = await plans.replace(readyPlan(begun, await chunks.end(), clock.now()), begun)
  return ready === undefined
    ? { outcome: 'changed' }
    : { outcome: 'planned', plan: ready, counts: counting.counts(calls.made()) }
}
