import { type Asset, appendRevision, type Revision } from './domains.ts'
import { ownerOf, type World } from './world.ts'

/** An acceptance: the fields of a revision by their path, with their accepted values. */
type Accepted = Readonly<{
  domainId: string
  asset: Asset
  from: Revision
  accepted: readonly Readonly<{ fieldPath: string; value: string }>[]
  userId: string
}>

const columnField = /^columns\[(\d+)\]\.(\w+)$/

const withColumnFields = (
  columns: Revision['columns'],
  accepted: Accepted['accepted'],
): Revision['columns'] => {
  const changed = columns.map((column) => ({ ...column }))
  for (const { fieldPath, value } of accepted) {
    const [, index, field] = columnField.exec(fieldPath) ?? []
    const column = changed[Number(index)]
    if (column !== undefined && field !== undefined) Object.assign(column, { [field]: value })
  }
  return changed
}

/** Adds a revision with the accepted values and sends a `Metadata Generation Accepted` event. */
export const acceptSuggestions = (world: World, given: Accepted): Revision => {
  const { domainId, asset, from, accepted, userId } = given
  const nowMs = world.nowMs()
  const acceptedValue = (path: string) => accepted.find(({ fieldPath }) => fieldPath === path)?.value
  const term = acceptedValue('glossaryTerms')
  const made = appendRevision(
    asset,
    {
      businessName: acceptedValue('businessName') ?? from.businessName,
      description: acceptedValue('summary') ?? from.description,
      glossaryTerms: term === undefined ? from.glossaryTerms : [...(from.glossaryTerms ?? []), term],
      columns: withColumnFields(from.columns, accepted),
    },
    nowMs,
  )
  world.outbox.add(nowMs, {
    kind: 'decided',
    decision: {
      domainId,
      projectId: ownerOf(world, asset),
      assetId: asset.id,
      revision: made.revision,
      verdict: 'Accepted',
      userId,
    },
  })
  return made
}

/** A rejection: the fields of a revision by their path. */
type Rejected = Readonly<{
  domainId: string
  asset: Asset
  revision: string
  fieldPaths: readonly string[]
  userId: string
}>

/** Removes suggestions from a revision and sends a `Metadata Generation Rejected` event. */
export const rejectSuggestions = (world: World, given: Rejected): void => {
  const { domainId, asset, revision, fieldPaths, userId } = given
  for (const fieldPath of fieldPaths) asset.rejected.add(`${revision} ${fieldPath}`)
  world.outbox.add(world.nowMs(), {
    kind: 'decided',
    decision: {
      domainId,
      projectId: ownerOf(world, asset),
      assetId: asset.id,
      revision,
      verdict: 'Rejected',
      userId,
    },
  })
}
