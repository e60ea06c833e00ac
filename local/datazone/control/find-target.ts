import { ControlError } from '../input/parse-input.ts'
import type { Asset, DataSource, Domain, Domains, Project } from '../world/domains.ts'

const listed = (names: Iterable<string>): string => {
  const [...all] = names
  return all.length === 0 ? 'none is loaded' : `loaded: ${all.slice(0, 20).join(', ')}`
}

const findDomain = (domains: Domains, domainId: string): Domain => {
  const domain = domains.get(domainId)
  if (domain === undefined)
    throw new ControlError(
      `domainId: '${domainId}' is not in the catalogue (${listed(domains.keys())}): load it first`,
    )
  return domain
}

/** Returns an asset of the catalogue. Throws ControlError, which names the wrong field, when there is none. */
export const findAsset = (domains: Domains, domainId: string, assetId: string): Asset => {
  const asset = findDomain(domains, domainId).assets.get(assetId)
  if (asset === undefined)
    throw new ControlError(
      `assetId: '${assetId}' is not an asset of '${domainId}': load it in the catalogue first`,
    )
  return asset
}

/** Returns a project of the catalogue. Throws ControlError, which names the wrong field, when there is none. */
export const findProject = (domains: Domains, domainId: string, projectId: string): Project => {
  const { projects } = findDomain(domains, domainId)
  const project = projects.get(projectId)
  if (project === undefined)
    throw new ControlError(
      `targetProjectId: '${projectId}' is not a project of '${domainId}' (${listed(projects.keys())}): load it in the catalogue first`,
    )
  return project
}

/** Returns a data source of the catalogue. Throws ControlError, which names the wrong field, when there is none. */
export const findDataSource = (domains: Domains, domainId: string, sourceId: string): DataSource => {
  const sources = findDomain(domains, domainId).dataSources
  const source = sources.get(sourceId)
  if (source === undefined)
    throw new ControlError(
      `dataSourceId: '${sourceId}' is not a data source of '${domainId}' (${listed(sources.keys())}): load it in the catalogue first`,
    )
  return source
}

/** Returns whether an asset or a data source of any domain has this id. */
export const hasTarget = (domains: Domains, target: string): boolean =>
  [...domains.values()].some(({ assets, dataSources }) => assets.has(target) || dataSources.has(target))
