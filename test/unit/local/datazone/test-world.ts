import { sampleCatalogue, sampleDomainId } from '../../../../local/catalogue/catalogue.ts'
import type { Answer } from '../../../../local/datazone/calls/answer.ts'
import { createDataZone, type DataZoneOptions } from '../../../../local/datazone/datazone.ts'

/** An asset of the sample catalogue, in the sales project. */
export const storeSales = 'tpcds_store_sales'
/** An asset of the sample catalogue, in the other project. */
export const dateDim = 'tpcds_date_dim'
/** The project of the fact tables. */
export const salesProject = 'salesproject01'

/** A data source of the sales project, with ten tables. */
export const glue = 'glue_sales'
/** Another data source of the sales project. */
export const otherGlue = 'glue_returns'

/** Returns a simulator whose clock the test sets, with the 24 sample tables and no failures unless the options differ. */
export const testWorld = (given: Partial<Omit<DataZoneOptions, 'now'>> & { assets?: number } = {}) => {
  const { assets = 24, ...options } = given
  const clock = { ms: 1_700_000_000_000 }
  const datazone = createDataZone({ seed: 'test', failureShare: 0, ...options, now: () => clock.ms })
  const catalogue = {
    domains: sampleCatalogue(assets).domains.map((domain) => ({
      ...domain,
      dataSources: [glue, otherGlue].map((id) => ({ id, projectId: salesProject, name: id })),
    })),
  }
  datazone.control.loadCatalogue(catalogue)
  const domain = catalogue.domains[0]
  if (domain === undefined) throw new Error('the sample catalogue has no domain')
  const projectOf = (assetId: string): string =>
    domain.assets.find(({ id }) => id === assetId)?.projectId ?? salesProject
  return {
    clock,
    catalogue,
    assetIds: domain.assets.map(({ id }) => id),
    ...datazone,
    start: (assetId: string, more: object = {}) =>
      datazone.call('StartMetadataGenerationRun', {
        domainIdentifier: sampleDomainId,
        owningProjectIdentifier: projectOf(assetId),
        target: { type: 'ASSET', identifier: assetId },
        types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
        ...more,
      }),
    get: (identifier: string, more: object = {}) =>
      datazone.call('GetMetadataGenerationRun', { domainIdentifier: sampleDomainId, identifier, ...more }),
    list: (more: object = {}) =>
      datazone.call('ListMetadataGenerationRuns', { domainIdentifier: sampleDomainId, ...more }),
    cancel: (identifier: string, more: object = {}) =>
      datazone.call('CancelMetadataGenerationRun', { domainIdentifier: sampleDomainId, identifier, ...more }),
    startSource: (dataSourceIdentifier: string, more: object = {}) =>
      datazone.call('StartDataSourceRun', {
        domainIdentifier: sampleDomainId,
        dataSourceIdentifier,
        ...more,
      }),
    getSource: (identifier: string, more: object = {}) =>
      datazone.call('GetDataSourceRun', { domainIdentifier: sampleDomainId, identifier, ...more }),
    listSource: (dataSourceIdentifier: string, more: object = {}) =>
      datazone.call('ListDataSourceRuns', {
        domainIdentifier: sampleDomainId,
        dataSourceIdentifier,
        ...more,
      }),
    asset: (identifier: string, more: object = {}) =>
      datazone.call('GetAsset', { domainIdentifier: sampleDomainId, identifier, ...more }),
  }
}

/** Returns the output of an answer, and throws if the answer is an error. */
export const outputOf = <Out>(answer: Answer<Out>): Out => {
  if (answer.outcome === 'error') throw new Error(`${answer.error.name}: ${answer.error.message}`)
  return answer.output
}

/** Returns the name of the error in an answer, or 'ok'. */
export const errorOf = (answer: Answer<unknown>): string =>
  answer.outcome === 'error' ? answer.error.name : 'ok'
