import * as z from 'zod/mini'
import {
  assetId as assetIdSchema,
  dataSourceId,
  domainId as domainIdSchema,
} from '../lib/contracts/fields.ts'
import type { AssetRef } from '../lib/run/run.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'

/** The domain to work in: `--domain`, else the variable DZRUN_DOMAIN. */
export const domainOf = (given: string | undefined): string => {
  const domainId = given ?? process.env['DZRUN_DOMAIN']
  if (domainId === undefined)
    throw new CommandFailed(exitCodes.usage, 'no domain: give --domain dzd_..., or set DZRUN_DOMAIN')
  if (!z.safeParse(domainIdSchema, domainId).success)
    throw new CommandFailed(exitCodes.usage, `--domain must look like dzd_4hcuvz5s9kx7ma, not '${domainId}'`)
  return domainId
}

/** A portal address names the domain in its host and the asset in its path. */
const portalAsset =
  /^https:\/\/(dzd[-_][a-zA-Z0-9_-]{1,36})\.[^/]+\/.*\/assets?\/([a-zA-Z0-9_-]{1,36})(?:[/?#]|$)/

/**
 * Returns the asset that a person named: an asset id (with `--domain`), `DOMAIN/ASSET`, or the address of its page in the
 * portal.
 * @throws CommandFailed when it is none of these
 */
export const assetOf = (named: string, domain: string | undefined): AssetRef => {
  const portal = portalAsset.exec(named)
  if (portal?.[1] !== undefined && portal[2] !== undefined) return { domainId: portal[1], assetId: portal[2] }
  const [first = '', second] = named.split('/')
  const assetId = second ?? first
  if (!z.safeParse(assetIdSchema, assetId).success || named.split('/').length > 2)
    throw new CommandFailed(
      exitCodes.usage,
      `'${named.slice(0, 100)}' names no asset; give its id, DOMAIN/ASSET, or the address of its page in the portal`,
    )
  return { domainId: domainOf(second === undefined ? domain : first), assetId }
}

/** `DOMAIN` or `DOMAIN/PROJECT`. */
export const scopeOf = (named: string): { readonly domainId: string; readonly projectId?: string } => {
  const [domain, project, ...rest] = named.split('/')
  const isProject = project === undefined || z.safeParse(dataSourceId, project).success
  if (rest.length > 0 || !isProject)
    throw new CommandFailed(
      exitCodes.usage,
      `'${named.slice(0, 100)}' is no scope; give DOMAIN or DOMAIN/PROJECT`,
    )
  const domainId = domainOf(domain)
  return project === undefined ? { domainId } : { domainId, projectId: project }
}

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `90m`, `12h`, `7d`, or an ISO 8601 time, as ms since the epoch. */
export const sinceMs = (given: string, nowMs: number): number => {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(given) ?? []
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd'))
    return nowMs - Number(count) * units[unit]
  const at = Date.parse(given)
  if (Number.isNaN(at))
    throw new CommandFailed(exitCodes.usage, `--since takes 90m, 12h, 7d or an ISO 8601 time, not '${given}'`)
  return at
}
