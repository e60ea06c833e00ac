import { setTimeout as delay } from 'node:timers/promises'
import type { Catalog } from '../../lib/ports/catalog.ts'
import { applyPolicy, type Policy } from '../../lib/run/policy.ts'
import { listAssets } from '../../lib/usecases/operate/list-assets.ts'
import { pacedCalls } from '../../lib/usecases/operate/paced-calls.ts'
import type { AssetLine, AssetList } from '../shared/protocol.ts'

const mostAssets = 20_000
const keptMs = 5 * 60_000

const clock = {
  now: Date.now,
  sleepUntil: async (atMs: number) => {
    const leftMs = atMs - Date.now()
    if (leftMs > 0) await delay(leftMs)
  },
  random: Math.random,
}

/** Why the policy skips publishes of an asset; empty if it runs them. */
const skippedBy = (
  policy: Pick<Policy, 'rules'>,
  { domainId, projectId, name }: Omit<AssetLine, 'skippedBy'>,
  type: string,
): Pick<AssetLine, 'skippedBy'> => {
  const decision = applyPolicy(policy, { domainId, projectId, asset: { type, name } })
  if (decision.decision !== 'skip') return {}
  const { reason } = decision
  return {
    skippedBy: reason === 'POLICY' ? `rules[${decision.rule}]: ${decision.because}` : 'no rule matches',
  }
}

/**
 * The published assets of the domains, from SearchListings at up to 16 calls a second. Read when a viewer opens the view,
 * shared by all viewers, and kept for five minutes. Holds the first 20,000.
 */
export const assetList = (
  catalog: Catalog,
  policyNow: () => Promise<Pick<Policy, 'rules'>>,
  domains: () => readonly string[],
) => {
  let kept: { readonly atMs: number; readonly list: Promise<AssetList> } | undefined

  const read = async (): Promise<AssetList> => {
    const assets: AssetLine[] = []
    const calls = pacedCalls(clock)
    const policy = await policyNow()
    for (const domainId of domains())
      for await (const page of listAssets({ domainId, inventory: false }, catalog, calls)) {
        for (const { assetId, projectId, name, revision, hasDescription, typeIdentifier } of page.assets) {
          const line = {
            domainId,
            projectId,
            assetId,
            name,
            hasDescription,
            ...(revision === undefined ? {} : { revision }),
          }
          assets.push({ ...line, ...skippedBy(policy, line, typeIdentifier) })
        }
        if (assets.length >= mostAssets) return { atMs: Date.now(), assets, isCut: true }
      }
    return { atMs: Date.now(), assets, isCut: false }
  }

  return (isFresh: boolean): Promise<AssetList> => {
    if (kept !== undefined && !isFresh && Date.now() - kept.atMs < keptMs) return kept.list
    const list = read()
    kept = { atMs: Date.now(), list }
    list.catch(() => {
      kept = undefined
    })
    return list
  }
}
