import { createHash } from 'node:crypto'
import { canonicalTypes, haveSameTypes, typeSets } from './identity.ts'
import { applyPolicy, type Policy } from './policy.ts'
import type { GenerationType, Run } from './run.ts'

/**
 * Decides for each asset of the catalog whether a backfill plans it.
 *
 * 1. Every listed asset is either planned or dropped, with one reason.
 * 2. What costs nothing is decided first: the policy, then the description, then our own records, then DataZone.
 * 3. A request id is a function of the plan, the asset and its revision, so a repeated request is a duplicate.
 */

/** An asset as a page of the catalog shows it. */
export interface CatalogAsset {
  readonly assetId: string
  readonly projectId: string
  readonly typeIdentifier: string
  readonly name: string
  readonly hasDescription: boolean
  /** The published revision. Absent in the inventory, which does not show it. */
  readonly revision?: string
}

/** The latest revision of an asset, as GetAsset shows it. */
export interface AssetDetails {
  readonly revision: string
  readonly hasDescription: boolean
  /** Whether generated suggestions wait for a user to accept them. */
  readonly hasSuggestions: boolean
}

export const dropReasons = [
  'NO_RULE',
  'POLICY',
  'DESCRIBED',
  'HAS_RUN',
  'SUGGESTIONS_WAIT',
  'NOT_FOUND',
  'NOT_READABLE',
] as const
/** Why a backfill leaves an asset out. */
export type DropReason = (typeof dropReasons)[number]

/** One request of a plan. */
export interface BackfillEntry {
  readonly assetId: string
  readonly projectId: string
  /** The latest revision when the plan was made. */
  readonly revision: string
  readonly types: readonly GenerationType[]
}

export type BackfillVerdict =
  /** `runs` are the sets of types that the request makes runs of. */
  | {
      readonly verdict: 'planned'
      readonly entry: BackfillEntry
      readonly runs: readonly (readonly GenerationType[])[]
    }
  | { readonly verdict: 'dropped'; readonly reason: DropReason }

export interface BackfillChoice {
  readonly domainId: string
  readonly policy: Pick<Policy, 'rules'>
  /** The types to generate; absent: those of the policy. */
  readonly types?: readonly GenerationType[]
  /** The types of an asset for which neither the plan nor the policy names any. */
  readonly defaultTypes: readonly GenerationType[]
  /** Whether to include assets that have a description. */
  readonly overwrite: boolean
}

/** A verdict that leaves an asset out. */
export const dropped = (reason: DropReason): BackfillVerdict => ({ verdict: 'dropped', reason })

/** Returns the types to generate for an asset, or why the catalog's own page shows that it needs none. */
export const typesFor = (
  asset: CatalogAsset,
  { domainId, policy, types, defaultTypes, overwrite }: BackfillChoice,
): readonly GenerationType[] | DropReason => {
  const { projectId, typeIdentifier, name } = asset
  const decision = applyPolicy(policy, { domainId, projectId, asset: { type: typeIdentifier, name } })
  if (decision.decision === 'skip') return decision.reason
  if (asset.hasDescription && !overwrite) return 'DESCRIBED'
  const ordered = decision.decision === 'run' ? decision.settings.types : undefined
  return canonicalTypes(types ?? ordered ?? defaultTypes)
}

/** The sets of types for which the revision has no run yet. A record of mode `plan` is not a run. */
const setsWithoutRun = (
  types: readonly GenerationType[],
  revision: string,
  records: readonly Run[],
): readonly (readonly GenerationType[])[] =>
  typeSets(types).filter(
    (set) =>
      !records.some(
        ({ state, subject }) =>
          state !== 'PLANNED' &&
          subject.kind === 'METADATA_GENERATION' &&
          subject.revision === revision &&
          haveSameTypes(subject.types, set),
      ),
  )

/** Whether the records alone show that an asset needs no run at the revision that the catalog shows. */
export const isRunAlready = (
  { revision }: CatalogAsset,
  types: readonly GenerationType[],
  records: readonly Run[],
): boolean => revision !== undefined && setsWithoutRun(types, revision, records).length === 0

/** Decides on an asset whose records and latest revision were read. */
export const verdictFor = (
  asset: CatalogAsset,
  types: readonly GenerationType[],
  found: { readonly details: AssetDetails; readonly records: readonly Run[] },
  { overwrite }: Pick<BackfillChoice, 'overwrite'>,
): BackfillVerdict => {
  const { revision, hasDescription, hasSuggestions } = found.details
  if (hasDescription && !overwrite) return dropped('DESCRIBED')
  const sets = setsWithoutRun(types, revision, found.records)
  if (sets.length === 0) return dropped('HAS_RUN')
  if (hasSuggestions) return dropped('SUGGESTIONS_WAIT')
  const { assetId, projectId } = asset
  return {
    verdict: 'planned',
    entry: { assetId, projectId, revision, types: sets.flat() },
    runs: sets,
  }
}

/** The request id of an entry: at most 128 characters of printable ASCII, whatever the revision is. */
export const backfillRequestId = (plan: string, { assetId, revision }: BackfillEntry): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify([assetId, revision]))
    .digest('hex')
  return `backfill/${plan}/${assetId}/${digest.slice(0, 16)}`
}
