import { type Command, InvalidArgumentError } from 'commander'
import { dataZoneCatalog } from '../../lib/adapters/datazone/catalog.ts'
import { dynamoDbBackfillPlans } from '../../lib/adapters/dynamodb/backfill-plans.ts'
import { dynamoDbCapUsage } from '../../lib/adapters/dynamodb/cap-usage.ts'
import { forecastRuns } from '../../lib/run/backfill-forecast.ts'
import { countersAt } from '../../lib/run/caps.ts'
import { present } from '../../lib/run/present.ts'
import { type GenerationType, generationTypes } from '../../lib/run/run.ts'
import { planBackfill } from '../../lib/usecases/operate/plan-backfill.ts'
import { planLines } from '../backfill-report.ts'
import { dataZoneClient } from '../catalog.ts'
import { connect } from '../connect.ts'
import { policyOf } from '../current-policy.ts'
import { deployedSettings } from '../deployed-settings.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addDocumentFlags, note, type OutputFlags, printDocument } from '../output.ts'
import { progressOf } from '../progress.ts'
import type { StackOptions } from '../stack-location.ts'
import { systemClock } from '../system-clock.ts'
import { domainOf } from '../target.ts'

interface PlanOptions extends StackOptions, OutputFlags {
  readonly domain?: string
  readonly project?: readonly string[]
  readonly types?: readonly GenerationType[]
  readonly inventory?: true
  readonly overwrite?: true
  readonly policy?: string
  readonly startRate?: number
}

/** Releases take at most half of the Start rate, so that live requests go first. */
const backfillShare = 0.5

/** Parses the name of a plan. */
export const nameOf = (value: string): string => {
  if (!/^[a-zA-Z0-9_-]{1,40}$/.test(value))
    throw new InvalidArgumentError('A plan is named with 1 to 40 letters, digits, - and _.')
  return value
}

const typesOf = (value: string): readonly GenerationType[] => {
  const names = value.split(',').map((type) => type.trim().toUpperCase())
  const known = generationTypes.filter((type) => names.includes(type))
  if (known.length !== names.length)
    throw new InvalidArgumentError(`Give one or more of ${generationTypes.join(', ')}, separated by commas.`)
  return known
}

const rateOf = (value: string): number => {
  const rate = Number(value)
  if (!(rate > 0 && rate <= 1000)) throw new InvalidArgumentError('Give a number above 0 and at most 1000.')
  return rate
}

const addTo = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** Connects to a stack and the backfill plans in its table. */
export const connectPlans = async (options: StackOptions) => {
  const connection = await connect(options)
  const { client, location } = connection
  return { ...connection, plans: dynamoDbBackfillPlans(client, location.tableName) }
}

type Planned = Awaited<ReturnType<typeof planBackfill>>

const notPlanned = (name: string, result: Exclude<Planned, { outcome: 'planned' }>): CommandFailed => {
  const why =
    result.outcome === 'exists'
      ? `${name} is ${result.plan.state.toLowerCase()} with ${result.plan.sent} of ${result.plan.requests} requests sent`
      : `${name} was changed by another command`
  return new CommandFailed(exitCodes.usage, `${why}; choose another name`)
}

type Forecast = Parameters<typeof forecastRuns>

/** Forecasts in which months the caps have room for a plan's runs, from what is used of them now. */
const forecast = async (
  groups: Forecast[0],
  target: Forecast[1],
  { client, location }: Awaited<ReturnType<typeof connectPlans>>,
) => {
  const nowMs = Date.now()
  const counters = countersAt(target.caps, nowMs)
  const used = await dynamoDbCapUsage(client, location.tableName).used(counters)
  return forecastRuns(
    groups,
    target,
    ({ cap, period }) =>
      used[counters.findIndex((counter) => counter.cap === cap && counter.period === period)] ?? 0,
    nowMs,
  )
}

const print = async (report: Parameters<typeof planLines>[0], options: PlanOptions): Promise<void> => {
  const lines = await planLines(report)
  printDocument(report, options, {
    fields: ['plan', 'counts', 'forecast', 'startsPerSecond'],
    text: () => lines,
  })
  const { requests, name } = report.plan
  if (requests > 0) note(`apply it with: dzrun backfill apply ${name}`, options)
}

const plan = async (name: string, options: PlanOptions): Promise<void> => {
  const connection = await connectPlans(options)
  const { location, store, plans } = connection
  const policy = await policyOf(options.policy, connection)
  const domainId = domainOf(options.domain, location)
  const deployed = await deployedSettings(
    connection.sweeps,
    present({ defaultTypes: options.types, startRatePerSecond: options.startRate }),
    options,
  )
  const progress = progressOf('assets listed', options)
  const result = await planBackfill(
    {
      name,
      domainId,
      policy,
      inventory: options.inventory === true,
      overwrite: options.overwrite === true,
      defaultTypes: deployed.defaultTypes,
      ...present({ types: options.types, projects: options.project }),
    },
    {
      catalog: dataZoneCatalog(dataZoneClient(location, options)),
      store,
      plans,
      clock: systemClock,
      onProgress: ({ listed, total }) => progress.report(listed, total),
    },
  ).finally(progress.end)
  if (result.outcome !== 'planned') throw notPlanned(name, result)
  const report = {
    plan: result.plan,
    counts: result.counts,
    forecast: await forecast(result.counts.groups, { domainId, caps: policy.caps }, connection),
    startsPerSecond: deployed.startRatePerSecond * backfillShare,
  }
  await print(report, options)
}

/** `dzrun backfill plan`. */
export const addPlanning = (backfill: Command): void => {
  const planning = backfill
    .command('plan')
    .argument('<name>', 'name of the plan', nameOf)
    .description(
      'list the published assets, leave out those that need no run, and save the rest as a plan; sends no request',
    )
    .option('--domain <id>', 'domain (or DZRUN_DOMAIN)')
    .option('--project <id>', 'only assets of this project, repeatable', addTo)
    .option(
      '--types <types>',
      `types, separated by commas; without it, those of the policy, else DefaultTypes of the stack: ${generationTypes.join(', ')}`,
      typesOf,
    )
    .option(
      '--inventory',
      'include assets that are not published, of --project or of the projects that publish',
    )
    .option('--overwrite', 'include assets that have a description')
    .option('--policy <file>', 'policy file (default: the policy in force in the stack)')
    .option(
      '--start-rate <n>',
      'Starts a second, for the estimate (default: StartRatePerSecond of the stack)',
      rateOf,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun backfill plan spring --local\n  dzrun backfill plan sales --project salesproject01 --inventory --types BUSINESS_DESCRIPTIONS,BUSINESS_NAMES',
    )
  addDocumentFlags(planning).action((name: string, _: unknown, command: Command) =>
    plan(name, command.optsWithGlobals<PlanOptions>()),
  )
}
