import type { Settings } from '../input/settings.ts'
import { ServiceError } from '../model/service-error.ts'

/** How much of each quota was used, by calendar period (UTC) and by the type or data source that the quota limits. */
export type Usage = Map<string, number>

const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7)
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const count = (usage: Usage, key: string): void => {
  usage.set(key, (usage.get(key) ?? 0) + 1)
}

const refuse = (message: string): never => {
  throw new ServiceError('ServiceQuotaExceededException', message)
}

/**
 * Counts a run for each of its types. Throws ServiceQuotaExceededException, and counts none, when a monthly quota is
 * used up.
 */
export const useMonth = (usage: Usage, types: readonly string[], nowMs: number, settings: Settings): void => {
  const month = monthOf(nowMs)
  const limits = new Map<string, number>(Object.entries(settings.monthlyQuota))
  const full = types.find((type) => (usage.get(`${month} ${type}`) ?? 0) >= (limits.get(type) ?? Infinity))
  if (full !== undefined) refuse(`The quota of ${limits.get(full)} runs of ${full} in ${month} is used up`)
  for (const type of types) count(usage, `${month} ${type}`)
}

/** Counts a run of a data source. Throws ServiceQuotaExceededException when the daily quota is used up. */
export const useDay = (
  usage: Usage,
  { domainId, sourceId }: { readonly domainId: string; readonly sourceId: string },
  nowMs: number,
  settings: Settings,
): void => {
  const day = dayOf(nowMs)
  const key = `${day} ${domainId}/${sourceId}`
  const most = settings.dataSourceRunsPerDay
  if ((usage.get(key) ?? 0) >= most)
    refuse(`The quota of ${most} runs of data source ${sourceId} on ${day} is used up`)
  count(usage, key)
}
