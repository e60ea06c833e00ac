import { accountId, region } from '../world/account.ts'
import type { Asset, Revision } from '../world/domains.ts'
import { relationalForm } from './supported-asset.ts'

/** A metadata form as GetAsset gives it: its content is JSON in a string. */
export type Form = Readonly<{ formName: string; typeName: string; typeRevision: string; content: string }>

const form = (formName: string, typeName: string, content: object): Form => ({
  formName,
  typeName,
  typeRevision: '1',
  content: JSON.stringify(content),
})

const columnsOf = (revision: Revision) =>
  revision.columns.map(({ name, dataType, ...rest }) => ({ columnName: name, dataType, ...rest }))

const glueTable = (asset: Asset, revision: Revision): Form =>
  form('GlueTableForm', 'amazon.datazone.GlueTableFormType', {
    catalogId: accountId,
    columns: columnsOf(revision),
    compressionType: 'snappy',
    region,
    sourceClassification: 'parquet',
    sourceLocation: `s3://lake-${accountId}/${asset.projectId}/${revision.name}/`,
    tableArn: `arn:aws:glue:${region}:${accountId}:table/${asset.projectId}/${revision.name}`,
    tableName: revision.name,
  })

const redshift = (kind: 'Table' | 'View', asset: Asset, revision: Revision): Form =>
  form(`Redshift${kind}Form`, `amazon.datazone.Redshift${kind}FormType`, {
    accountId,
    region,
    databaseName: 'dev',
    schemaName: asset.projectId,
    [`${kind.toLowerCase()}Name`]: revision.name,
    columns: columnsOf(revision),
    storageType: 'SERVERLESS',
  })

const details = (asset: Asset, revision: Revision): Form =>
  form('AssetCommonDetailsForm', 'amazon.datazone.AssetCommonDetailsFormType', {
    sourceIdentifier: asset.externalIdentifier ?? revision.name,
    customProperties: {},
  })

/**
 * The forms of an asset at a revision. The form types are DataZone's; which fields their content has
 * was pieced together from examples, and is an assumption.
 */
export const formsOf = (asset: Asset, revision: Revision): Form[] => {
  const common = details(asset, revision)
  switch (asset.typeIdentifier) {
    case 'amazon.datazone.GlueTableAssetType':
      return [glueTable(asset, revision), common]
    case 'amazon.datazone.RedshiftTableAssetType':
      return [redshift('Table', asset, revision), common]
    case 'amazon.datazone.RedshiftViewAssetType':
      return [redshift('View', asset, revision), common]
    default:
      return asset.forms.includes(relationalForm)
        ? [
            form('RelationalTableForm', relationalForm, {
              tableName: revision.name,
              columns: columnsOf(revision),
            }),
            common,
          ]
        : [common]
  }
}
