import { ControlError } from '../input/parse-input.ts'
import type { Asset, DataSource, Domain, Domains } from '../world/domains.ts'

const listed = (names: Iterable<string>): string => {
  const [...all] = names
  return all.length === 0 ? 'none is loaded' : `there is ${all.slice(0, 20).join(', ')}`
}

const findDomain = (shelves: Domains, domainId: string): Domain => {
  const domain = shelves.get(domainId)
  if (domain === undefined)
    throw new ControlError(
      `domainId: '${domainId}' is not in the catalogue (${listed(shelves.keys())}): load it first`,
    )
  return domain
}

/** An asset that the control is to do something with. An unknown one throws ControlError, naming the wrong field. */
export const findAsset = (shelves: Domains, domainId: string, assetId: string): Asset => {
  const asset = findDomain(shelves, domainId).assets.get(assetId)
  if (asset === undefined)
    throw new ControlError(`assetId: '${assetId}' is not in '${domainId}': load it in the catalogue first`)
  return asset
}

/** The same of a data source. */
export const findDataSource = (shelves: Domains, domainId: string, sourceId: string): DataSource => {
  const sources = findDomain(shelves, domainId).dataSources
  const source = sources.get(sourceId)
  if (source === undefined)
    throw new ControlError(
      `dataSourceId: '${sourceId}' is not in '${domainId}' (${listed(sources.keys())}): load it in the catalogue first`,
    )
  return source
}

/** Whether an asset or a data source of any domain has this id. */
export const hasTarget = (shelves: Domains, target: string): boolean =>
  [...shelves.values()].some(({ assets, dataSources }) => assets.has(target) || dataSources.has(target))
