import type { AssumptionName } from './profile.ts'
import { sabotages } from './sabotage/all.ts'
import { simulate } from './world.ts'

/** What a worker is to run. Plain data, because it is posted to a thread. */
export interface SeedRange {
  readonly from: number
  readonly seeds: number
  readonly sabotage?: string
  readonly breaks?: AssumptionName
  /** Stop at the first seed that breaks a promise. */
  readonly untilCaught?: boolean
}

interface FoundViolation {
  readonly seed: number
  readonly promise: string
  readonly what: string
}

export interface SeedReport {
  readonly seeds: number
  readonly steps: number
  readonly crashes: number
  readonly faults: Readonly<Record<string, number>>
  readonly violations: readonly FoundViolation[]
}

/** Runs the seeds of a range in turn. */
export const runSeeds = async (range: SeedRange): Promise<SeedReport> => {
  const sabotage = sabotages.find(({ name }) => name === range.sabotage)
  if (range.sabotage !== undefined && sabotage === undefined)
    throw new Error(`there is no sabotage '${range.sabotage}'`)
  const faults: Record<string, number> = {}
  const violations: FoundViolation[] = []
  let [seeds, steps, crashes] = [0, 0, 0]
  for (let seed = range.from; seed < range.from + range.seeds; seed += 1) {
    const result = await simulate({
      seed,
      ...(sabotage === undefined ? {} : { sabotage }),
      ...(range.breaks === undefined ? {} : { breaks: range.breaks }),
    })
    seeds += 1
    steps += result.steps
    crashes += result.crashes
    for (const [kind, times] of Object.entries(result.faults)) faults[kind] = (faults[kind] ?? 0) + times
    violations.push(...result.violations.map((violation) => ({ seed, ...violation })))
    if (range.untilCaught === true && violations.length > 0) break
  }
  return { seeds, steps, crashes, faults, violations }
}

/** Returns the sum of reports. */
export const sumReports = (reports: readonly SeedReport[]): SeedReport => {
  const faults: Record<string, number> = {}
  for (const report of reports) {
    for (const [kind, times] of Object.entries(report.faults)) faults[kind] = (faults[kind] ?? 0) + times
  }
  const sum = (field: 'seeds' | 'steps' | 'crashes') =>
    reports.reduce((total, report) => total + report[field], 0)
  return {
    seeds: sum('seeds'),
    steps: sum('steps'),
    crashes: sum('crashes'),
    faults,
    violations: reports.flatMap(({ violations }) => violations).sort((left, right) => left.seed - right.seed),
  }
}
