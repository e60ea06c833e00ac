import type { Catalog } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RunStore } from '../../ports/run-store.ts'
import type { CatalogAsset } from '../../run/backfill-asset.ts'
import { applyPolicy, type Policy } from '../../run/policy.ts'
import type { EndedRun, MetadataSubject, Run } from '../../run/run.ts'
import { listAssets } from '../operate/list-assets.ts'
import { type OnRepeat, pacedCalls } from '../operate/paced-calls.ts'

/** The states of a published asset. Each asset is in exactly one. */
const standings = ['accepted', 'review', 'failed', 'waiting', 'skipped', 'missing'] as const
type Standing = (typeof standings)[number]

/** The published assets of one project. */
export interface ProjectCoverage extends Readonly<Record<Standing, number>> {
  readonly domainId: string
  readonly projectId: string
  readonly projectName?: string
  readonly published: number
  /** Assets with a run that succeeded at the published revision, or whose suggestions were accepted. */
  readonly covered: number
}

type MetadataRun = Run & { readonly subject: MetadataSubject }

const isMetadata = (run: Run): run is MetadataRun => run.subject.kind === 'METADATA_GENERATION'

const hasSucceeded = (run: MetadataRun, revision: string | undefined): run is EndedRun & MetadataRun =>
  run.state === 'ENDED' &&
  (run.ending === 'SUCCEEDED' || run.ending === 'PARTIALLY_SUCCEEDED') &&
  (run.acceptedAtMs !== undefined || revision === undefined || run.subject.revision === revision)

/** Accepting suggestions makes a new revision, so an accepted run counts for the revisions after its own. */
const standingOf = (asset: CatalogAsset, records: readonly Run[], isSkipped: boolean): Standing => {
  const runs = records.filter(isMetadata)
  const good = runs.filter((run) => hasSucceeded(run, asset.revision))
  if (good.some((run) => run.acceptedAtMs !== undefined)) return 'accepted'
  if (good.length > 0) return 'review'
  if (runs.some((run) => run.state !== 'ENDED')) return 'waiting'
  if (runs.some((run) => run.state === 'ENDED' && run.subject.revision === asset.revision)) return 'failed'
  return isSkipped ? 'skipped' : 'missing'
}

export interface CoverageContext {
  readonly catalog: Catalog
  readonly store: Pick<RunStore, 'runsOf'>
  readonly clock: Clock
  readonly onProgress?: (listed: number, total: number | undefined) => void
  readonly onRepeat?: OnRepeat
}

const none = {
  published: 0,
  covered: 0,
  accepted: 0,
  review: 0,
  failed: 0,
  waiting: 0,
  skipped: 0,
  missing: 0,
}

/** Partitions that are read at once. */
const inParallel = 10

/**
 * Counts the published assets of a domain by project and state. Pages through SearchListings at 16 calls
 * a second and reads the partition of each asset, half a read unit or more; its memory grows with the projects only.
 * @throws CatalogRefused when DataZone refuses a page; PortUnavailable when the table does not answer
 */
export const coverageOf = async (
  domainId: string,
  projects: readonly string[] | undefined,
  policy: Pick<Policy, 'rules'>,
  { catalog, store, clock, onProgress, onRepeat }: CoverageContext,
): Promise<readonly ProjectCoverage[]> => {
  const found = new Map<string, ProjectCoverage>()
  const count = async (asset: CatalogAsset) => {
    const { projectId, assetId, name, typeIdentifier: type } = asset
    const { runs } = await store.runsOf({ domainId, assetId })
    const isSkipped = applyPolicy(policy, { domainId, projectId, asset: { type, name } }).decision === 'skip'
    const standing = standingOf(asset, runs, isSkipped)
    const isCovered = standing === 'accepted' || standing === 'review'
    const known = found.get(projectId) ?? { domainId, projectId, ...none }
    const projectName = known.projectName ?? runs.find((run) => run.projectId === projectId)?.projectName
    found.set(projectId, {
      ...known,
      ...(projectName === undefined ? {} : { projectName }),
      published: known.published + 1,
      covered: known.covered + (isCovered ? 1 : 0),
      [standing]: known[standing] + 1,
    })
  }
  const enumeration = { domainId, inventory: false, ...(projects === undefined ? {} : { projects }) }
  let [listed, total]: [number, number | undefined] = [0, undefined]
  for await (const page of listAssets(enumeration, catalog, pacedCalls(clock, onRepeat))) {
    total = page.total ?? total
    for (let from = 0; from < page.assets.length; from += inParallel)
      await Promise.all(page.assets.slice(from, from + inParallel).map(count))
    listed += page.assets.length
    onProgress?.(listed, total)
  }
  return [...found.values()].toSorted((left, right) => left.projectId.localeCompare(right.projectId))
}
