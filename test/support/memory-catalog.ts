import type { Catalog } from '../../lib/ports/catalog.ts'
import type { Refusal } from '../../lib/ports/datazone.ts'
import type { AssetDetails, CatalogAsset } from '../../lib/run/backfill-asset.ts'

/** An asset of a catalog in memory. Its latest revision is `revision`, unless `details` has another. */
export interface MemoryAsset extends CatalogAsset {
  readonly revision: string
  readonly isPublished?: boolean
  readonly details?: Partial<AssetDetails> | Refusal['kind']
}

const refused = (kind: Refusal['kind']) =>
  ({
    outcome: 'refused',
    refusal: { kind, definite: true, name: kind, message: 'for a test', cause: new Error(kind) },
  }) as const

/** Returns a catalog that creates the assets of a page when the page is read, so that it can be larger than memory. */
export const memoryCatalog = (
  assetAt: (index: number) => MemoryAsset,
  count: number,
  pageSize = 50,
): Catalog & { readonly calls: string[]; refuses: (call: string) => Refusal['kind'] | undefined } => {
  const indexOf = (assetId: string) => Number(/\d+$/.exec(assetId)?.[0])
  const pageFrom = (nextToken: string | undefined, isShown: (asset: MemoryAsset) => boolean) => {
    const from = Number(nextToken ?? 0)
    const to = Math.min(count, from + pageSize)
    const assets = Array.from({ length: to - from }, (_, index) => assetAt(from + index)).filter(isShown)
    return { assets, total: count, ...(to < count ? { nextToken: String(to) } : {}) }
  }
  const answer = <T>(call: string, value: () => T) => {
    catalog.calls.push(call)
    const kind = catalog.refuses(call)
    return kind === undefined ? ({ outcome: 'answered', value: value() } as const) : refused(kind)
  }
  const catalog: ReturnType<typeof memoryCatalog> = {
    calls: [],
    refuses: () => undefined,
    listings: async (_, nextToken) =>
      answer(`listings ${nextToken ?? ''}`, () =>
        pageFrom(nextToken, ({ isPublished = true }) => isPublished),
      ),
    inventory: async (_, projectId, nextToken) =>
      answer(`inventory ${projectId} ${nextToken ?? ''}`, () => {
        const page = pageFrom(nextToken, (asset) => asset.projectId === projectId)
        return { ...page, assets: page.assets.map(({ revision: _revision, ...asset }) => asset) }
      }),
    details: async (_, assetId) => {
      const { details, revision, hasDescription } = assetAt(indexOf(assetId))
      if (typeof details === 'string') return refused(details)
      return answer(`details ${assetId}`, () => ({
        revision,
        hasDescription,
        hasSuggestions: false,
        ...details,
      }))
    },
  }
  return catalog
}
