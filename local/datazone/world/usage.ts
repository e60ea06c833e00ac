import type { Settings } from '../input/settings.ts'
import { ServiceError } from '../model/service-error.ts'

/** How much was used of each quota that a period of the calendar (of UTC) has: counts by period and by what. */
export type Usage = Map<string, number>

const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7)
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const count = (usage: Usage, key: string): void => {
  usage.set(key, (usage.get(key) ?? 0) + 1)
}

const refuse = (message: string): never => {
  throw new ServiceError('ServiceQuotaExceededException', message)
}

/** Counts a run for each of its types, all or none: a type whose month is full throws ServiceQuotaExceededException. */
export const useMonth = (usage: Usage, types: readonly string[], nowMs: number, settings: Settings): void => {
  const month = monthOf(nowMs)
  const limits = new Map<string, number>(Object.entries(settings.monthlyQuota))
  const full = types.find((type) => (usage.get(`${month} ${type}`) ?? 0) >= (limits.get(type) ?? Infinity))
  if (full !== undefined) refuse(`The ${limits.get(full)} runs of ${full} that ${month} has are used up`)
  for (const type of types) count(usage, `${month} ${type}`)
}

/** Counts a run of a data source. When its day is full, throws ServiceQuotaExceededException. */
export const useDay = (
  usage: Usage,
  domainId: string,
  sourceId: string,
  nowMs: number,
  settings: Settings,
): void => {
  const day = dayOf(nowMs)
  const key = `${day} ${domainId}/${sourceId}`
  const most = settings.dataSourceRunsPerDay
  if ((usage.get(key) ?? 0) >= most) refuse(`Data source ${sourceId} has had its ${most} runs of ${day}`)
  count(usage, key)
}
