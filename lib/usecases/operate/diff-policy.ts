import type { Catalog } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import { canonicalTypes } from '../../run/identity.ts'
import { applyPolicy, type Decision, type Policy } from '../../run/policy.ts'
import type { GenerationType } from '../../run/run.ts'
import { listAssets } from './list-assets.ts'
import { pacedCalls } from './paced-calls.ts'

/** Published assets of a project that two policies decide differently, in the same way. */
export interface PolicyDifference {
  readonly projectId: string
  readonly before: string
  readonly after: string
  readonly assets: number
  /** The name of one of them. */
  readonly example: string
}

export interface PolicyDiff {
  readonly listed: number
  readonly changed: number
  readonly differences: readonly PolicyDifference[]
}

export interface ComparedPolicies {
  readonly before: Pick<Policy, 'rules'>
  readonly after: Pick<Policy, 'rules'>
  /** DefaultTypes of the stack: a rule without types equals one that names them. Absent when they are unknown. */
  readonly defaultTypes?: readonly GenerationType[]
}

/** A decision in words that are equal where nothing about the run differs. */
const wordsOf = (decision: Decision, defaultTypes: readonly GenerationType[] | undefined): string => {
  if (decision.decision === 'look') return 'depends on the asset'
  if (decision.decision === 'skip')
    return decision.reason === 'POLICY' ? `skip: ${decision.because}` : 'skip: no rule'
  const { types, policy } = decision.settings
  const { version: _version, rule: _rule, ...settings } = policy
  const known = types ?? defaultTypes
  const what = known === undefined ? 'the default types' : canonicalTypes(known).join('+')
  return `run ${what}${Object.keys(settings).length === 0 ? '' : ` ${JSON.stringify(settings)}`}`
}

/**
 * Lists the published assets of a domain and counts, by project, those that two policies decide differently. Its memory
 * grows with the projects and the kinds of change, not with the assets.
 * @throws CatalogRefused when DataZone refuses a page
 */
export const diffPolicy = async (
  domainId: string,
  { before, after, defaultTypes }: ComparedPolicies,
  { catalog, clock }: { readonly catalog: Catalog; readonly clock: Clock },
  onProgress: (listed: number, total: number | undefined) => void = () => {},
): Promise<PolicyDiff> => {
  const found = new Map<string, PolicyDifference>()
  let [listed, changed] = [0, 0]
  let total: number | undefined
  for await (const page of listAssets({ domainId, inventory: false }, catalog, pacedCalls(clock))) {
    total = page.total ?? total
    for (const { projectId, typeIdentifier: type, name } of page.assets) {
      listed += 1
      const facts = { domainId, projectId, asset: { type, name } }
      const [old, next] = [before, after].map((policy) => wordsOf(applyPolicy(policy, facts), defaultTypes))
      if (old === undefined || next === undefined || old === next) continue
      changed += 1
      const key = JSON.stringify([projectId, old, next])
      const known = found.get(key)
      found.set(key, {
        projectId,
        before: old,
        after: next,
        assets: (known?.assets ?? 0) + 1,
        example: known?.example ?? name,
      })
    }
    onProgress(listed, total)
  }
  return {
    listed,
    changed,
    differences: [...found.values()].toSorted(
      (left, right) => left.projectId.localeCompare(right.projectId) || right.assets - left.assets,
    ),
  }
}
