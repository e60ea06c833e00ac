import { command, text, toggle, UsageError, wholeNumber } from '../../local/flags.ts'
import { runCommand } from '../../local/run-as-command.ts'
import { readable } from './history.ts'
import { type AssumptionName, assumptionNames } from './profile.ts'
import type { SeedReport } from './run-seeds.ts'
import { sabotages } from './sabotage/all.ts'
import { type SeedWorkers, startWorkers } from './workers.ts'
import { simulate } from './world.ts'

const simulateCommand = command(
  'simulate',
  'Runs seeded worlds in virtual time, with crashes and faults at every call, and checks the promises from outside.',
  {
    seeds: wholeNumber({ describe: 'how many seeds', from: 1, to: 10_000_000, default: '1000' }),
    from: wholeNumber({ describe: 'the first seed', from: 0, to: 2 ** 31, default: '1' }),
    sabotage: text('NAME|all', {
      describe: 'makes a known defect and shows the seed that catches it',
    }),
    breaks: text('NAME|all', {
      describe: `breaks an assumption and shows which promises fail: ${assumptionNames.join(', ')}`,
    }),
    history: text('SEED', { describe: 'runs one seed and prints everything that happens in it' }),
    json: toggle({ describe: 'prints the figures as JSON' }),
  },
)

const seedOf = (given: string): number => {
  if (/^\d+$/.test(given)) return Number(given)
  throw new UsageError(`--history takes a seed, which is a whole number, not '${given}'`)
}

const namesOf = <Name extends string>(
  flag: string,
  given: string,
  names: readonly Name[],
): readonly Name[] => {
  if (given === 'all') return names
  const name = names.find((candidate) => candidate === given)
  if (name === undefined) throw new UsageError(`--${flag} takes all or one of: ${names.join(', ')}`)
  return [name]
}

/** Returns the geometric mean of whole numbers, rounded. A number below 1 counts as 1. */
const geometricMean = (values: readonly number[]): number =>
  Math.round(Math.exp(values.reduce((sum, value) => sum + Math.log(Math.max(1, value)), 0) / values.length))

const secondsSince = (startedAtMs: number): number => (performance.now() - startedAtMs) / 1000

const summaryOf = (report: SeedReport, startedAtMs: number) => ({
  seeds: report.seeds,
  steps: report.steps,
  faults: report.faults,
  crashes: report.crashes,
  violations: report.violations,
  seedsPerSecond: Number((report.seeds / secondsSince(startedAtMs)).toFixed(1)),
})

const reportSeeds = async (
  workers: SeedWorkers,
  seeds: number,
  from: number,
  json: boolean,
): Promise<number> => {
  const startedAtMs = performance.now()
  const summary = summaryOf(await workers.runEverywhere({ seeds, from }), startedAtMs)
  if (!json) {
    console.log(
      `${summary.seeds} seeds from ${from}, ${summary.steps} steps, ${summary.crashes} crashes, ${summary.seedsPerSecond} seeds a second`,
    )
    for (const [kind, times] of Object.entries(summary.faults))
      console.log(`  ${String(times).padStart(8)} ${kind}`)
    for (const { seed, promise, what } of summary.violations) console.log(`seed ${seed}  ${promise}: ${what}`)
    const first = summary.violations[0]
    if (first !== undefined)
      console.log(
        `npm run simulate -- --history ${first.seed}   prints everything that happened in that seed`,
      )
  } else console.log(JSON.stringify(summary))
  return summary.violations.length === 0 ? 0 : 1
}

const reportSabotages = async (
  workers: SeedWorkers,
  names: readonly string[],
  seeds: number,
  from: number,
  json: boolean,
): Promise<number> => {
  const table: { readonly caught: boolean; readonly steps: number }[] = []
  const reports = names.map(
    (sabotage) => [sabotage, workers.runRange({ seeds, from, sabotage, untilCaught: true })] as const,
  )
  for (const [sabotage, running] of reports) {
    const { seeds: tried, steps, violations } = await running
    const first = violations[0]
    const caught = first !== undefined
    const row = { sabotage, caught, seeds: tried, steps, promise: first?.promise, what: first?.what }
    table.push(row)
    if (!json) {
      const how = caught
        ? `seed ${first.seed}: ${first.promise}: ${first.what}`
        : `NOT CAUGHT in ${tried} seeds`
      console.log(`${sabotage.padEnd(54)} ${how}`)
    }
  }
  const uncaught = table.filter(({ caught }) => caught === false).length
  const typicalSteps = geometricMean(table.map(({ steps }) => steps))
  if (json) console.log(JSON.stringify({ sabotages: table, uncaught, typicalSteps }))
  else
    console.log(
      `${table.length - uncaught} of ${table.length} caught, after ${typicalSteps} steps (geometric mean)`,
    )
  return uncaught === 0 ? 0 : 1
}

const reportBrokenAssumptions = async (
  workers: SeedWorkers,
  names: readonly AssumptionName[],
  seeds: number,
  from: number,
  json: boolean,
): Promise<number> => {
  const table: Record<string, unknown>[] = []
  for (const breaks of names) {
    const { violations } = await workers.runEverywhere({ seeds, from, breaks })
    const promises: Record<string, number> = {}
    for (const { promise } of violations) promises[promise] = (promises[promise] ?? 0) + 1
    const example = violations[0]
    table.push({
      breaks,
      seeds,
      seedsBroken: new Set(violations.map(({ seed }) => seed)).size,
      promises,
      example,
    })
    if (!json) {
      const failed = Object.entries(promises).map(([promise, times]) => `${promise} (${times})`)
      console.log(
        `without ${breaks}: ${failed.length === 0 ? `no promise failed in ${seeds} seeds` : failed.join(', ')}`,
      )
      if (example !== undefined) console.log(`  seed ${example.seed}: ${example.what}`)
    }
  }
  if (json) console.log(JSON.stringify({ assumptions: table }))
  return 0
}

await runCommand(simulateCommand, async (flags) => {
  const { seeds, from } = flags
  if (flags.history !== undefined) {
    const result = await simulate({ seed: seedOf(flags.history), keepHistory: true })
    console.log(readable(result.history))
    for (const { promise, what } of result.violations) console.log(`BROKEN ${promise}: ${what}`)
    return result.violations.length === 0 ? 0 : 1
  }
  await using workers = startWorkers()
  if (flags.sabotage !== undefined) {
    const names = namesOf(
      'sabotage',
      flags.sabotage,
      sabotages.map(({ name }) => name),
    )
    return await reportSabotages(workers, names, seeds, from, flags.json)
  }
  if (flags.breaks !== undefined)
    return await reportBrokenAssumptions(
      workers,
      namesOf('breaks', flags.breaks, assumptionNames),
      seeds,
      from,
      flags.json,
    )
  return await reportSeeds(workers, seeds, from, flags.json)
})
