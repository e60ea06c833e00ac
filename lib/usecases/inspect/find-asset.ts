import { assetOfPortal } from '../../contracts/portal-link.ts'
import type { AssetSearch, FoundAsset, Project } from '../../ports/asset-search.ts'
import type { Asset, DataZone } from '../../ports/datazone.ts'
import { present } from '../../run/present.ts'
import type { AssetRef } from '../../run/run.ts'

/**
 * Finds the asset that a user named.
 *
 * 1. `DOMAIN/ASSET` and the address of an asset's page in the portal name it exactly: no call is made.
 * 2. A word that looks like an id is an id if DataZone knows it, else a table name.
 * 3. An ARN, or any other text, is an external identifier or a table name.
 * 4. `PROJECT/TABLE` is a table name in a project that is given by its id or name.
 * 5. Names are compared without regard to case, and only whole names match; names that contain the text are suggested.
 */

export interface FindPorts {
  readonly search: AssetSearch
  readonly datazone: Pick<DataZone, 'getAsset'>
}

/** Where to look for a name. */
export interface NameScope {
  readonly domainId: string
  /** Id or name of the project that the asset must belong to. */
  readonly project?: string
}

export interface NamedAsset extends AssetRef {
  readonly name?: string
  readonly projectId?: string
  /** GetAsset's answer, if it was called. */
  readonly asset?: Asset
}

export type FindResult =
  | { readonly outcome: 'found'; readonly asset: NamedAsset }
  /** Several assets have the name. */
  | { readonly outcome: 'ambiguous'; readonly candidates: readonly FoundAsset[] }
  /** DataZone shows no such asset. `id`: what was named has the form of an id, and records of it may exist. */
  | { readonly outcome: 'unknown'; readonly id?: string; readonly similar: readonly FoundAsset[] }

const idPattern = /^[a-zA-Z0-9_-]{1,36}$/
const domainPattern = /^dzd[-_][a-zA-Z0-9_-]{1,36}$/

/** How many projects are searched for an asset that is not published. */
const maxProjects = 50

/** Returns the asset of an exact name (rule 1), without a call; undefined when the name has to be looked up. */
export const exactAsset = (named: string): AssetRef | undefined => {
  const portal = assetOfPortal(named)
  if (portal !== undefined) return portal
  const [first = '', second = '', ...rest] = named.split('/')
  return rest.length === 0 && domainPattern.test(first) && idPattern.test(second)
    ? { domainId: first, assetId: second }
    : undefined
}

const byId = async (
  { domainId }: NameScope,
  assetId: string,
  { datazone }: FindPorts,
): Promise<NamedAsset | undefined> => {
  const answer = await datazone.getAsset(domainId, assetId)
  if (answer.outcome === 'answered') {
    const { name, owningProjectId } = answer.value
    return { domainId, assetId, name, projectId: owningProjectId, asset: answer.value }
  }
  // The caller may read records without being allowed to read the asset.
  return answer.refusal.kind === 'DENIED' ? { domainId, assetId } : undefined
}

/** The last part of an ARN, a path or a dotted name: the words that a search finds. */
const lastPart = (named: string): string => named.split(/[/:.]/).findLast((part) => part !== '') ?? named

const projectsFor = async (
  { domainId, project }: NameScope,
  { search }: FindPorts,
): Promise<readonly Project[]> => {
  if (project === undefined) return (await search.projects(domainId)).slice(0, maxProjects)
  const known = idPattern.test(project) ? await search.project(domainId, project) : undefined
  return known === undefined ? search.projects(domainId, project) : [known]
}

/** Keeps the first mention of each asset: searches of listings come before those of inventories. */
const distinct = (assets: readonly FoundAsset[]): readonly FoundAsset[] =>
  [...new Map(assets.toReversed().map((asset) => [asset.assetId, asset])).values()].toReversed()

interface Found {
  readonly exact: readonly FoundAsset[]
  readonly similar: readonly FoundAsset[]
}

const sorted = (named: string, found: readonly FoundAsset[]): Found => {
  const isNamed = ({ name, externalIdentifier }: FoundAsset) =>
    name.toLowerCase() === named.toLowerCase() || externalIdentifier === named
  // A search looks into descriptions and columns, too.
  const isSimilar = (one: FoundAsset) =>
    !isNamed(one) && one.name.toLowerCase().includes(lastPart(named).toLowerCase())
  return { exact: distinct(found.filter(isNamed)), similar: distinct(found.filter(isSimilar)) }
}

const byName = async (named: string, scope: NameScope, ports: FindPorts): Promise<Found> => {
  const { domainId } = scope
  const text = lastPart(named)
  const projects = scope.project === undefined ? undefined : await projectsFor(scope, ports)
  if (projects?.length === 0) return { exact: [], similar: [] }
  const isInScope = ({ projectId }: FoundAsset) =>
    projects?.some((project) => project.projectId === projectId) !== false
  const published = sorted(named, (await ports.search.listed(domainId, text)).filter(isInScope))
  if (published.exact.length > 0) return published
  const isExternal = text !== named
  const listedAs = isExternal ? await ports.search.listedAs(domainId, named, text) : []
  const external = listedAs.filter(isInScope)
  if (external.length > 0) return { exact: distinct(external), similar: [] }
  const everywhere = projects ?? (await projectsFor(scope, ports))
  const inventory: FoundAsset[] = []
  for (const { projectId } of everywhere)
    inventory.push(...(await ports.search.inventory(domainId, projectId, text)))
  const { exact, similar } = sorted(named, inventory)
  return { exact, similar: distinct([...published.similar, ...similar]) }
}

const resultOf = ({ exact, similar }: Found, domainId: string, id: string | undefined): FindResult => {
  const [only, ...others] = exact
  if (only === undefined) return { outcome: 'unknown', ...present({ id }), similar }
  if (others.length > 0) return { outcome: 'ambiguous', candidates: exact }
  const { assetId, name, projectId } = only
  return { outcome: 'found', asset: { domainId, assetId, name, projectId } }
}

/**
 * Finds the asset that a user named in a domain; see the rules of this file. Costs no call for an exact name, one
 * GetAsset for an id, and up to two searches for the name of a published table.
 * @throws CatalogRefused when DataZone refuses a search
 */
export const findAsset = async (named: string, scope: NameScope, ports: FindPorts): Promise<FindResult> => {
  const exact = exactAsset(named)
  if (exact !== undefined) return { outcome: 'found', asset: exact }
  const { domainId } = scope
  const id = idPattern.test(named) ? named : undefined
  const known = id === undefined ? undefined : await byId(scope, id, ports)
  if (known !== undefined) return { outcome: 'found', asset: known }
  const slash = named.indexOf('/')
  const isInProject = slash > 0 && scope.project === undefined && !named.startsWith('arn:')
  const inProject = isInProject
    ? await byName(named.slice(slash + 1), { domainId, project: named.slice(0, slash) }, ports)
    : undefined
  if (inProject !== undefined && inProject.exact.length > 0) return resultOf(inProject, domainId, id)
  const anywhere = await byName(named, scope, ports)
  const similar = distinct([...(inProject?.similar ?? []), ...anywhere.similar])
  return resultOf({ exact: anywhere.exact, similar }, domainId, id)
}
