import { invalidMember } from '../model/validation.ts'
import type { Asset, Revision } from '../world/domains.ts'

const supportedTypes = new Set([
  'amazon.datazone.GlueTableAssetType',
  'amazon.datazone.RedshiftTableAssetType',
  'amazon.datazone.RedshiftViewAssetType',
])

/** The form type with which a custom asset type supports metadata generation. */
export const relationalForm = 'amazon.datazone.RelationalTableFormType'

/**
 * Throws ValidationException (an assumption) unless an asset meets the documented prerequisites of Start: a Glue or
 * Redshift asset, or a custom asset with RelationalTableFormType, and a structured schema.
 */
export const requireSupported = (asset: Asset, revision: Revision): void => {
  if (!supportedTypes.has(asset.typeIdentifier) && !asset.forms.includes(relationalForm))
    throw invalidMember('target.identifier', `be an asset of a supported type, not ${asset.typeIdentifier}`)
  if (revision.columns.length === 0)
    throw invalidMember('target.identifier', 'be an asset with a structured schema')
}
