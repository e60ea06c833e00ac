import * as z from 'zod/mini'
import type { CatalogPage } from '../../ports/catalog.ts'
import type { AssetDetails, CatalogAsset } from '../../run/backfill-asset.ts'
import { present } from '../../run/present.ts'
import { parseLeniently } from './lenient.ts'
import { UnreadableAnswer } from './raw-answer.ts'
import type { ReportUnreadable } from './read-answer.ts'

/** Reads what searches and GetAsset show of the catalog, as leniently as read-answer.ts reads runs. */

const id = z.string().check(z.minLength(1), z.maxLength(64))
const text = z.string()
const optional = <Schema extends z.core.$ZodType>(schema: Schema) => z.optional(z.nullable(schema))

const AssetListing = z.object({
  entityId: id,
  owningProjectId: id,
  entityRevision: optional(id),
  entityType: optional(text),
  name: optional(text),
  description: optional(text),
})

const AssetItem = z.object({
  identifier: id,
  owningProjectId: id,
  typeIdentifier: optional(text),
  name: optional(text),
  description: optional(text),
})

const Page = z.object({
  items: optional(z.array(z.unknown())),
  nextToken: optional(z.string()),
  totalMatchCount: optional(z.number()),
})

const isFilled = (value: string | null | undefined): boolean => (value ?? '').trim() !== ''

const wrapped = (name: 'assetListing' | 'assetItem', item: unknown): unknown =>
  typeof item === 'object' && item !== null ? Reflect.get(item, name) : undefined

type ReadAsset = (item: unknown, report: ReportUnreadable) => CatalogAsset | undefined

const listedAsset: ReadAsset = (item, report) => {
  const read = parseLeniently(AssetListing, wrapped('assetListing', item))
  if (read === undefined) return undefined
  report(read.unreadable)
  const { entityId, owningProjectId, entityRevision, entityType, name, description } = read.value
  return {
    assetId: entityId,
    projectId: owningProjectId,
    typeIdentifier: entityType ?? '',
    name: name ?? '',
    hasDescription: isFilled(description),
    ...present({ revision: entityRevision ?? undefined }),
  }
}

const inventoryAsset: ReadAsset = (item, report) => {
  const read = parseLeniently(AssetItem, wrapped('assetItem', item))
  if (read === undefined) return undefined
  report(read.unreadable)
  const { identifier, owningProjectId, typeIdentifier, name, description } = read.value
  return {
    assetId: identifier,
    projectId: owningProjectId,
    typeIdentifier: typeIdentifier ?? '',
    name: name ?? '',
    hasDescription: isFilled(description),
  }
}

const pageOf =
  (readAsset: ReadAsset) =>
  (answer: unknown, report: ReportUnreadable): CatalogPage => {
    const page = z.safeParse(Page, answer)
    if (!page.success) throw new UnreadableAnswer('the page has no readable items or nextToken')
    const { nextToken, totalMatchCount } = page.data
    const items = page.data.items ?? []
    const assets = items.flatMap((item) => readAsset(item, report) ?? [])
    const unreadableItems = items.length - assets.length
    return {
      assets,
      ...present({ nextToken: nextToken ?? undefined, total: totalMatchCount ?? undefined }),
      ...(unreadableItems > 0 ? { unreadableItems } : {}),
    }
  }

const Details = z.object({
  revision: id,
  description: optional(text),
  readOnlyFormsOutput: optional(z.array(z.unknown())),
})

const SuggestionForm = z.object({
  typeName: z.literal('amazon.datazone.SuggestionFormType'),
  content: optional(text),
})
const Suggestions = z.object({ fieldSuggestions: z.array(z.unknown()) })

/** A form whose content cannot be read counts as suggestions: an unneeded run costs more than a missing one. */
const holdsSuggestions = (form: unknown): boolean => {
  const read = z.safeParse(SuggestionForm, form)
  if (!read.success) return false
  try {
    const content = z.safeParse(Suggestions, JSON.parse(read.data.content ?? ''))
    return !content.success || content.data.fieldSuggestions.length > 0
  } catch {
    return true
  }
}

export const readCatalog = {
  listings: pageOf(listedAsset),
  inventory: pageOf(inventoryAsset),
  details: (answer: unknown, report: ReportUnreadable): AssetDetails => {
    const read = parseLeniently(Details, answer)
    if (read === undefined) throw new UnreadableAnswer('the asset has no readable revision')
    report(read.unreadable)
    const { revision, description, readOnlyFormsOutput } = read.value
    return {
      revision,
      hasDescription: isFilled(description),
      hasSuggestions: (readOnlyFormsOutput ?? []).some(holdsSuggestions),
    }
  },
}
