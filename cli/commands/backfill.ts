import { setTimeout as delay } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { dataZoneCatalog } from '../../lib/adapters/datazone/catalog.ts'
import { dynamoDbBackfillPlans } from '../../lib/adapters/dynamodb/backfill-plans.ts'
import { dynamoDbCapUsage } from '../../lib/adapters/dynamodb/cap-usage.ts'
import type { BackfillPlans } from '../../lib/ports/backfill-plans.ts'
import { forecastRuns } from '../../lib/run/backfill-forecast.ts'
import { applyPlan, type BackfillPlan, type PlanChange, stopPlan } from '../../lib/run/backfill-plan.ts'
import { countersAt } from '../../lib/run/caps.ts'
import { present } from '../../lib/run/present.ts'
import { type GenerationType, generationTypes } from '../../lib/run/run.ts'
import { stackStatus } from '../../lib/usecases/inspect/stack-status.ts'
import { type ChangeResult, changePlan } from '../../lib/usecases/operate/change-plan.ts'
import { planBackfill } from '../../lib/usecases/operate/plan-backfill.ts'
import { planLines } from '../backfill-report.ts'
import { dataZoneClient } from '../catalog.ts'
import { addChangeFlags, type ChangeFlags, confirmed } from '../confirm.ts'
import { connect } from '../connect.ts'
import { currentPolicy } from '../current-policy.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import {
  addDocumentFlags,
  addRowFlags,
  type Column,
  isoTime,
  note,
  type OutputFlags,
  printDocument,
  printRows,
} from '../output.ts'
import { readPolicyFile } from '../policy-file.ts'
import { progressOf } from '../progress.ts'
import type { StackOptions } from '../stack-location.ts'
import { systemClock } from '../system-clock.ts'
import { domainOf } from '../target.ts'
import { relative } from '../terminal.ts'

interface PlanOptions extends StackOptions, OutputFlags {
  readonly domain?: string
  readonly project?: readonly string[]
  readonly types?: readonly GenerationType[]
  readonly inventory?: true
  readonly overwrite?: true
  readonly policy?: string
  readonly startRate: number
}

/** Releases take at most half of the Start rate, so that live requests go first. */
const backfillShare = 0.5

const nameOf = (value: string): string => {
  if (!/^[a-zA-Z0-9_-]{1,40}$/.test(value))
    throw new InvalidArgumentError('A plan is named with 1 to 40 letters, digits, - and _.')
  return value
}

const typesOf = (value: string): readonly GenerationType[] => {
  const names = value.split(',').map((type) => type.trim().toUpperCase())
  const known = generationTypes.filter((type) => names.includes(type))
  if (known.length !== names.length)
    throw new InvalidArgumentError(`It takes ${generationTypes.join(', ')}, separated by commas.`)
  return known
}

const rateOf = (value: string): number => {
  const rate = Number(value)
  if (!(rate > 0 && rate <= 1000)) throw new InvalidArgumentError('It takes a number from 0 to 1000.')
  return rate
}

const addTo = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

const connectPlans = async (options: StackOptions) => {
  const connection = await connect(options)
  const { client, location } = connection
  return { ...connection, plans: dynamoDbBackfillPlans(client, location.tableName) }
}

const plan = async (name: string, options: PlanOptions): Promise<void> => {
  const connection = await connectPlans(options)
  const { location, client, store, plans } = connection
  const policy =
    options.policy === undefined
      ? (await currentPolicy(connection)).policy
      : await readPolicyFile(options.policy)
  const domainId = domainOf(options.domain, location)
  const progress = progressOf('assets listed', options)
  const result = await planBackfill(
    {
      name,
      domainId,
      policy,
      inventory: options.inventory === true,
      overwrite: options.overwrite === true,
      defaultTypes: ['BUSINESS_DESCRIPTIONS'],
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
  if (result.outcome !== 'planned') {
    const why =
      result.outcome === 'exists'
        ? `${name} is ${result.plan.state.toLowerCase()} with ${result.plan.sent} of ${result.plan.requests} requests sent`
        : `${name} was changed by another command`
    throw new CommandFailed(exitCodes.usage, `${why}; choose another name`)
  }
  const nowMs = Date.now()
  const counters = countersAt(policy.caps, nowMs)
  const used = await dynamoDbCapUsage(client, location.tableName).used(counters)
  const forecast = forecastRuns(
    result.counts.groups,
    { domainId, caps: policy.caps },
    ({ cap, period }) =>
      used[counters.findIndex((counter) => counter.cap === cap && counter.period === period)] ?? 0,
    nowMs,
  )
  const report = {
    plan: result.plan,
    counts: result.counts,
    forecast,
    startsPerSecond: options.startRate * backfillShare,
  }
  const lines = await planLines(report)
  printDocument(report, options, {
    fields: ['plan', 'counts', 'forecast', 'startsPerSecond'],
    text: () => lines,
  })
  if (result.plan.requests > 0) note(`apply it with: dzrun backfill apply ${name}`, options)
}

const changed = (name: string, result: ChangeResult): BackfillPlan => {
  switch (result.outcome) {
    case 'changed':
    case 'unchanged':
      return result.plan
    case 'refused':
      throw new CommandFailed(exitCodes.usage, `${name}: ${result.reason}`)
    case 'not-found':
      throw new CommandFailed(
        exitCodes.notFound,
        `no plan is named ${name}; plans: ${result.names.join(', ') || 'none'}`,
      )
    case 'contended':
      throw new CommandFailed(exitCodes.service, `${name} changed on every try; try again`)
    default:
      return result satisfies never
  }
}

const findPlan = (name: string, plans: BackfillPlans): Promise<BackfillPlan> =>
  changePlan(name, (): PlanChange => ({ outcome: 'unchanged' }), plans).then((result) =>
    changed(name, result),
  )

const pollMs = 2000

/** Shows how much of a plan is sent until it is done or stopped. */
const follow = async (name: string, plans: BackfillPlans, options: OutputFlags): Promise<BackfillPlan> => {
  const progress = progressOf('requests sent', options)
  try {
    for (;;) {
      const found = await findPlan(name, plans)
      progress.report(found.sent, found.requests)
      if (found.state !== 'APPLYING') return found
      await delay(pollMs)
    }
  } finally {
    progress.end()
  }
}

interface ApplyOptions extends StackOptions, ChangeFlags {
  readonly wait?: boolean
}

const standing = ({ name, state, sent, requests }: BackfillPlan): string =>
  `${name} is ${state.toLowerCase()}: ${sent} of ${requests} requests are sent`

const apply = async (name: string, options: ApplyOptions): Promise<void> => {
  const { plans } = await connectPlans(options)
  const found = await findPlan(name, plans)
  const left = found.requests - found.sent
  if (found.state !== 'APPLYING') {
    if (options.dryRun === true) return console.log(`would send ${left} requests of ${name}`)
    if (!(await confirmed(`Send ${left} requests of ${name} in the backfill lane?`, options))) return
  }
  const applied = changed(name, await changePlan(name, (one) => applyPlan(one, Date.now()), plans))
  const isWatched = options.wait ?? process.stderr.isTTY === true
  if (isWatched && options.quiet !== true)
    note('the sweep sends them, with or without this terminal; Ctrl-C only ends the display', options)
  const last = isWatched ? await follow(name, plans, options) : applied
  console.log(standing(last))
  if (!isWatched) note(`the sweep sends them; see dzrun backfill status ${name}`, options)
}

const columns: readonly Column<BackfillPlan>[] = [
  { name: 'name', value: ({ name }) => name },
  { name: 'state', value: ({ state }) => state },
  { name: 'requests', value: ({ requests }) => requests },
  { name: 'sent', value: ({ sent }) => sent },
  { name: 'left', value: ({ requests, sent }) => requests - sent },
  {
    name: 'changed',
    value: ({ changedAtMs }) => isoTime(changedAtMs),
    text: ({ changedAtMs }) => relative(changedAtMs, Date.now()),
  },
  { name: 'domain', value: ({ domainId }) => domainId, hidden: true },
]

/** `dzrun backfill plan|apply|stop|status`. */
export const addBackfill = (program: Command): void => {
  const backfill = program
    .command('backfill')
    .description('request runs of the assets that are in the catalog already')

  const planning = backfill
    .command('plan')
    .argument('<name>', 'name of the plan', nameOf)
    .description(
      'list the published assets, leave out those that need no run, and keep the rest as a plan; requests nothing',
    )
    .option('--domain <id>', 'domain (or DZRUN_DOMAIN)')
    .option('--project <id>', 'only assets of this project, repeatable', addTo)
    .option(
      '--types <types>',
      `types, separated by commas; without it, those of the policy: ${generationTypes.join(', ')}`,
      typesOf,
    )
    .option(
      '--inventory',
      'include assets that are not published, of --project or of the projects that publish',
    )
    .option('--overwrite', 'include assets that have a description')
    .option('--policy <file>', 'policy file; without it, the policy that decides in the stack')
    .option('--start-rate <n>', 'Starts a second of the stack, for the estimate', rateOf, 9.8)
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun backfill plan spring --local\n  dzrun backfill plan sales --project salesproject01 --inventory --types BUSINESS_DESCRIPTIONS,BUSINESS_NAMES',
    )
  addDocumentFlags(planning).action((name: string, _: unknown, command: Command) =>
    plan(name, command.optsWithGlobals<PlanOptions>()),
  )

  const applying = backfill
    .command('apply')
    .argument('<name>', 'name of the plan', nameOf)
    .description(
      'let the sweep send the requests of a plan, behind live requests; also continues a stopped one',
    )
    .option('--wait', 'show the progress until all requests are sent (default on a terminal)')
    .option('--no-wait', 'return at once')
    .option('--quiet', 'print results only')
    .addHelpText('after', '\nExample:\n  dzrun backfill apply spring --yes')
  addChangeFlags(applying).action((name: string, _: unknown, command: Command) =>
    apply(name, command.optsWithGlobals<ApplyOptions>()),
  )

  backfill
    .command('stop')
    .argument('<name>', 'name of the plan', nameOf)
    .description('send no more requests of a plan; those that were sent continue')
    .addHelpText('after', '\nExample:\n  dzrun backfill stop spring')
    .action(async (name: string, _: unknown, command: Command) => {
      const { plans } = await connectPlans(command.optsWithGlobals<StackOptions>())
      const stopped = changed(name, await changePlan(name, (one) => stopPlan(one, Date.now()), plans))
      console.log(standing(stopped))
      note(`dzrun backfill apply ${name} continues it`)
    })

  const status = backfill
    .command('status')
    .argument('[name]', 'name of the plan; without it, every plan', nameOf)
    .description('show how far plans are sent, and what the backfill lane waits for')
    .addHelpText('after', '\nExample:\n  dzrun backfill status spring')
  addRowFlags(status, columns).action(async (name: string | undefined, _: unknown, command: Command) => {
    const options = command.optsWithGlobals<StackOptions & OutputFlags>()
    const { plans, store, breakers } = await connectPlans(options)
    const shown = name === undefined ? await plans.all() : [await findPlan(name, plans)]
    if (shown.length === 0) note('there is no plan; make one with dzrun backfill plan NAME', options)
    await printRows(shown, columns, options)
    if (!shown.some(({ state }) => state === 'APPLYING')) return
    const { parked } = await stackStatus({ store, breakers }, Date.now())
    const waiting = Object.entries(parked).map(([reason, count]) => `${count} ${reason.toLowerCase()}`)
    note(waiting.length === 0 ? 'nothing waits' : `waiting in the table: ${waiting.join(', ')}`, options)
  })
}
