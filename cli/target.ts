import * as z from 'zod/mini'
import { dataSourceId, domainId as domainIdSchema } from '../lib/contracts/fields.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'
import type { StackLocation } from './stack-location.ts'

/**
 * Returns the domain to work in: `--domain`, else the variable DZRUN_DOMAIN, else the only domain of a local stack.
 * @throws CommandFailed when there is none, or it is malformed
 */
export const domainOf = (given: string | undefined, location?: StackLocation): string => {
  const domainId = given ?? process.env['DZRUN_DOMAIN'] ?? location?.local?.domainId
  if (domainId === undefined)
    throw new CommandFailed(exitCodes.usage, 'no domain: give --domain dzd_..., or set DZRUN_DOMAIN')
  if (!z.safeParse(domainIdSchema, domainId).success)
    throw new CommandFailed(exitCodes.usage, `--domain must look like dzd_4hcuvz5s9kx7ma, not '${domainId}'`)
  return domainId
}

/** Parses `DOMAIN` or `DOMAIN/PROJECT`. @throws CommandFailed */
export const scopeOf = (named: string): { readonly domainId: string; readonly projectId?: string } => {
  const [domain, project, ...rest] = named.split('/')
  const isProject = project === undefined || z.safeParse(dataSourceId, project).success
  if (rest.length > 0 || !isProject)
    throw new CommandFailed(
      exitCodes.usage,
      `'${named.slice(0, 100)}' is not a scope; give DOMAIN or DOMAIN/PROJECT`,
    )
  const domainId = domainOf(domain)
  return project === undefined ? { domainId } : { domainId, projectId: project }
}

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Parses `90m`, `12h`, `7d` or an ISO 8601 time, and returns ms since the epoch. @throws CommandFailed */
export const sinceMs = (given: string, nowMs: number): number => {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(given) ?? []
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd'))
    return nowMs - Number(count) * units[unit]
  const at = Date.parse(given)
  if (Number.isNaN(at))
    throw new CommandFailed(exitCodes.usage, `--since takes 90m, 12h, 7d or an ISO 8601 time, not '${given}'`)
  return at
}
