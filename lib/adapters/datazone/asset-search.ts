import {
  type DataZoneClient,
  GetProjectCommand,
  ListProjectsCommand,
  SearchCommand,
  SearchListingsCommand,
} from '@aws-sdk/client-datazone'
import * as z from 'zod/mini'
import { CatalogRefused } from '../../errors.ts'
import type { AssetSearch, FoundAsset, Project } from '../../ports/asset-search.ts'
import { present } from '../../run/present.ts'
import { classify } from './classify.ts'
import { keepBodies, rawAnswer } from './raw-answer.ts'

const pageSize = 50

const ListingItem = z.object({
  assetListing: z.object({
    entityId: z.string(),
    name: z.string(),
    owningProjectId: z.string(),
    additionalAttributes: z.optional(z.object({ forms: z.optional(z.string()) })),
  }),
})
const InventoryItem = z.object({
  assetItem: z.object({
    identifier: z.string(),
    name: z.string(),
    owningProjectId: z.string(),
    externalIdentifier: z.optional(z.string()),
  }),
})
const Page = z.object({ items: z.optional(z.array(z.unknown())) })
const ProjectItem = z.object({ id: z.string(), name: z.string() })

/** Leaves out items that cannot be read: the operator who searches notices a missing asset. */
const readable = <T>(schema: z.ZodMiniType<T>, items: readonly unknown[]): readonly T[] =>
  items.flatMap((item) => {
    const read = z.safeParse(schema, item)
    return read.success ? [read.data] : []
  })

const listedAsset = ({ assetListing }: z.infer<typeof ListingItem>): FoundAsset => ({
  assetId: assetListing.entityId,
  name: assetListing.name,
  projectId: assetListing.owningProjectId,
  isPublished: true,
})

const inventoryAsset = ({ assetItem }: z.infer<typeof InventoryItem>): FoundAsset => ({
  assetId: assetItem.identifier,
  name: assetItem.name,
  projectId: assetItem.owningProjectId,
  ...present({ externalIdentifier: assetItem.externalIdentifier }),
  isPublished: false,
})

/** Whether forms, which are JSON within JSON, contain a text as a whole value. */
const holdsText = (forms: string | undefined, text: string): boolean =>
  forms?.split(/\\*"/).includes(text) === true

const projectOf = ({ id, name }: z.infer<typeof ProjectItem>): Project => ({ projectId: id, name })

const itemsOf = (answer: unknown): readonly unknown[] => z.safeParse(Page, answer).data?.items ?? []

const asked = async (operation: string, call: Promise<object>): Promise<unknown> => {
  try {
    return rawAnswer(await call)
  } catch (error) {
    throw new CatalogRefused(operation, classify(error))
  }
}

/** Searches for assets: those that are published, and those of one project. */
const assetSearches = (client: DataZoneClient): Pick<AssetSearch, 'listed' | 'listedAs' | 'inventory'> => {
  const listings = async (domainIdentifier: string, searchText: string, withForms: boolean) => {
    const command = new SearchListingsCommand({
      domainIdentifier,
      searchText,
      maxResults: pageSize,
      ...(withForms ? { additionalAttributes: ['FORMS'] } : {}),
    })
    return readable(ListingItem, itemsOf(await asked('SearchListings', client.send(command))))
  }
  return {
    listed: async (domainId, text) => (await listings(domainId, text, false)).map(listedAsset),

    listedAs: async (domainId, externalIdentifier, text) =>
      (await listings(domainId, text, true))
        .filter(({ assetListing }) => holdsText(assetListing.additionalAttributes?.forms, externalIdentifier))
        .map((item) => ({ ...listedAsset(item), externalIdentifier })),

    async inventory(domainIdentifier, owningProjectIdentifier, searchText) {
      const command = new SearchCommand({
        domainIdentifier,
        owningProjectIdentifier,
        searchText,
        searchScope: 'ASSET',
        maxResults: pageSize,
      })
      const answer = await asked('Search', client.send(command))
      return readable(InventoryItem, itemsOf(answer)).map(inventoryAsset)
    },
  }
}

const projectReads = (client: DataZoneClient): Pick<AssetSearch, 'project' | 'projects'> => ({
  async project(domainIdentifier, identifier) {
    const command = new GetProjectCommand({ domainIdentifier, identifier })
    try {
      return readable(ProjectItem, [await asked('GetProject', client.send(command))]).map(projectOf)[0]
    } catch (error) {
      const isAbsent =
        error instanceof CatalogRefused && ['NOT_FOUND', 'DENIED', 'INVALID'].includes(error.kind)
      if (isAbsent) return undefined
      throw error
    }
  },

  async projects(domainIdentifier, name) {
    if (name !== undefined && !/^[\w -]{1,64}$/.test(name)) return []
    const command = new ListProjectsCommand({
      domainIdentifier,
      maxResults: pageSize,
      ...present({ name }),
    })
    return readable(ProjectItem, itemsOf(await asked('ListProjects', client.send(command)))).map(projectOf)
  },
})

/** DataZone's searches through its SDK client. */
export const dataZoneAssetSearch = (client: DataZoneClient): AssetSearch => {
  keepBodies(client)
  return { ...assetSearches(client), ...projectReads(client) }
}
