import { ControlError } from '../input/parse-input.ts'
import type { Asset, DataSource, Domain, Domains, Project } from '../world/domains.ts'

const listed = (names: Iterable<string>): string => {
  const [...all] = names
  return all.length === 0 ? 'none is loaded' : `there is ${all.slice(0, 20).join(', ')}`
}

const findDomain = (domains: Domains, domainId: string): Domain => {
  const domain = domains.get(domainId)
  if (domain === undefined)
    throw new ControlError(
      `domainId: '${domainId}' is not in the catalogue (${listed(domains.keys())}): load it first`,
    )
  return domain
}

/** An asset of the catalogue. An unknown one throws ControlError, which names the wrong field. */
export const findAsset = (domains: Domains, domainId: string, assetId: string): Asset => {
  const asset = findDomain(domains, domainId).assets.get(assetId)
  if (asset === undefined)
    throw new ControlError(`assetId: '${assetId}' is not in '${domainId}': load it in the catalogue first`)
  return asset
}

/** A project of the catalogue. An unknown one throws ControlError, which names the wrong field. */
export const findProject = (domains: Domains, domainId: string, projectId: string): Project => {
  const { projects } = findDomain(domains, domainId)
  const project = projects.get(projectId)
  if (project === undefined)
    throw new ControlError(
      `targetProjectId: '${projectId}' is not in '${domainId}' (${listed(projects.keys())}): load it in the catalogue first`,
    )
  return project
}

/** A data source of the catalogue. An unknown one throws ControlError, which names the wrong field. */
export const findDataSource = (domains: Domains, domainId: string, sourceId: string): DataSource => {
  const sources = findDomain(domains, domainId).dataSources
  const source = sources.get(sourceId)
  if (source === undefined)
    throw new ControlError(
      `dataSourceId: '${sourceId}' is not in '${domainId}' (${listed(sources.keys())}): load it in the catalogue first`,
    )
  return source
}

/** Whether an asset or a data source of any domain has this id. */
export const hasTarget = (domains: Domains, target: string): boolean =>
  [...domains.values()].some(({ assets, dataSources }) => assets.has(target) || dataSources.has(target))
