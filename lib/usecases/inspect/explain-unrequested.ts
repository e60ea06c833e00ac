import type { Asset } from '../../ports/datazone.ts'
import { applyPolicy, type Policy } from '../../run/policy.ts'
import type { AssetRef } from '../../run/run.ts'
import type { FindPorts } from './find-asset.ts'

/** What the catalog and the policy say about an asset for which nothing is recorded. */
export interface Unrequested {
  readonly name: string
  readonly type: string
  readonly projectId: string
  readonly isPublished: boolean
  /** What would happen to a request, by which rule. */
  readonly decision: string
  /** The version of the policy that would decide; 0 is the bundled file. */
  readonly policyVersion: number
}

const decisionText = (policy: Pick<Policy, 'rules'>, { domainId }: AssetRef, asset: Asset): string => {
  const { owningProjectId: projectId, typeIdentifier: type, name } = asset
  const decision = applyPolicy(policy, { domainId, projectId, asset: { type, name } })
  switch (decision.decision) {
    case 'run': {
      const { types, policy: settings } = decision.settings
      return `rules[${settings.rule}] runs it with ${types?.join(', ') ?? 'the default types'}`
    }
    case 'skip':
      return decision.reason === 'POLICY'
        ? `rules[${decision.rule}] skips it: ${decision.because}`
        : 'no rule matches it, so it is skipped'
    case 'look':
      return 'depends on its type or name'
    default:
      return decision satisfies never
  }
}

/**
 * Returns what the catalog shows of an asset without records, and what the policy decides about it: one GetAsset and one
 * search. Returns undefined when DataZone does not show the asset.
 * @throws CatalogRefused when DataZone refuses the search
 */
export const explainUnrequested = async (
  target: AssetRef & { readonly asset?: Asset },
  { version, policy }: { readonly version: number; readonly policy: Pick<Policy, 'rules'> },
  { datazone, search }: FindPorts,
): Promise<Unrequested | undefined> => {
  const { domainId, assetId } = target
  const answer = target.asset === undefined ? await datazone.getAsset(domainId, assetId) : undefined
  const asset = target.asset ?? (answer?.outcome === 'answered' ? answer.value : undefined)
  if (asset === undefined) return undefined
  const listed = await search.listed(domainId, asset.name)
  return {
    name: asset.name,
    type: asset.typeIdentifier,
    projectId: asset.owningProjectId,
    isPublished: listed.some((one) => one.assetId === assetId),
    decision: decisionText(policy, target, asset),
    policyVersion: version,
  }
}
