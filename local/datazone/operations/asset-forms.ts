import { accountId, region } from '../world/account.ts'
import type { Asset, Revision } from '../world/domains.ts'
import { relationalForm } from './supported-asset.ts'

/** A metadata form in the answer of GetAsset; its content is JSON text. */
export type Form = Readonly<{ formName: string; typeName: string; typeRevision: string; content: string }>

const form = (formName: string, typeName: string, content: object): Form => ({
  formName,
  typeName,
  typeRevision: '1',
  content: JSON.stringify(content),
})

const columnsOf = (revision: Revision) =>
  revision.columns.map(({ name, dataType, ...rest }) => ({ columnName: name, dataType, ...rest }))

const glueTable = (revision: Revision, projectId: string): Form =>
  form('GlueTableForm', 'amazon.datazone.GlueTableFormType', {
    catalogId: accountId,
    columns: columnsOf(revision),
    compressionType: 'snappy',
    region,
    sourceClassification: 'parquet',
    sourceLocation: `s3://lake-${accountId}/${projectId}/${revision.name}/`,
    tableArn: `arn:aws:glue:${region}:${accountId}:table/${projectId}/${revision.name}`,
    tableName: revision.name,
  })

const redshift = (kind: 'Table' | 'View', revision: Revision, projectId: string): Form =>
  form(`Redshift${kind}Form`, `amazon.datazone.Redshift${kind}FormType`, {
    accountId,
    region,
    databaseName: 'dev',
    schemaName: projectId,
    [`${kind.toLowerCase()}Name`]: revision.name,
    columns: columnsOf(revision),
    storageType: 'SERVERLESS',
  })

const details = (asset: Asset, revision: Revision): Form =>
  form('AssetCommonDetailsForm', 'amazon.datazone.AssetCommonDetailsFormType', {
    sourceIdentifier: asset.externalIdentifier ?? revision.name,
    ...(revision.businessName === undefined ? {} : { businessName: revision.businessName }),
    customProperties: {},
  })

/**
 * Returns the forms of a revision of an asset. The form types are DataZone's. The fields of their content come from
 * published examples and are an assumption.
 */
export const formsOf = (asset: Asset, revision: Revision, projectId: string): Form[] => {
  const common = details(asset, revision)
  switch (asset.typeIdentifier) {
    case 'amazon.datazone.GlueTableAssetType':
      return [glueTable(revision, projectId), common]
    case 'amazon.datazone.RedshiftTableAssetType':
      return [redshift('Table', revision, projectId), common]
    case 'amazon.datazone.RedshiftViewAssetType':
      return [redshift('View', revision, projectId), common]
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

/** Returns the same forms in the form of a listing: JSON text of one object, by form name. */
export const formsText = (asset: Asset, revision: Revision, projectId: string): string =>
  JSON.stringify(
    Object.fromEntries(
      formsOf(asset, revision, projectId).map(({ formName, content }) => [formName, JSON.parse(content)]),
    ),
  )

/** Returns the glossary terms of a revision in the form of a listing; undefined when there are none. */
export const detailedTerms = ({ glossaryTerms }: Revision): { name: string }[] | undefined =>
  glossaryTerms?.length ? glossaryTerms.map((name) => ({ name })) : undefined
