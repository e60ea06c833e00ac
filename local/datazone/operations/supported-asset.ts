import { invalidMember } from '../model/validation.ts'
import type { Asset, Revision } from '../world/domains.ts'

const supportedTypes = new Set([
  'amazon.datazone.GlueTableAssetType',
  'amazon.datazone.RedshiftTableAssetType',
  'amazon.datazone.RedshiftViewAssetType',
])

/** The form type that lets metadata be generated for a custom asset type. */
export const relationalForm = 'amazon.datazone.RelationalTableFormType'

/**
 * Documented prerequisites of Start: a Glue or Redshift asset, or a custom one with RelationalTableFormType, with a
 * structured schema. Throws ValidationException otherwise, which is an assumption.
 */
export const requireSupported = (asset: Asset, revision: Revision): void => {
  if (!supportedTypes.has(asset.typeIdentifier) && !asset.forms.includes(relationalForm))
    throw invalidMember('target.identifier', `be an asset of a supported type, not ${asset.typeIdentifier}`)
  if (revision.columns.length === 0)
    throw invalidMember('target.identifier', 'be an asset with a structured schema')
}
