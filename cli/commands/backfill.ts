import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import type { BackfillPlans } from '../../lib/ports/backfill-plans.ts'
import { applyPlan, type BackfillPlan, type PlanChange, stopPlan } from '../../lib/run/backfill-plan.ts'
import { stackStatus } from '../../lib/usecases/inspect/stack-status.ts'
import { type ChangeResult, changePlan } from '../../lib/usecases/operate/change-plan.ts'
import { addChangeFlags, type ChangeFlags, confirmed } from '../confirm.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addRowFlags, type Column, isoTime, note, type OutputFlags, printRows } from '../output.ts'
import { progressOf } from '../progress.ts'
import type { StackOptions } from '../stack-location.ts'
import { relative } from '../terminal.ts'
import { addPlanning, connectPlans, nameOf } from './backfill-plan.ts'

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

const stop = async (name: string, options: StackOptions): Promise<void> => {
  const { plans } = await connectPlans(options)
  const stopped = changed(name, await changePlan(name, (one) => stopPlan(one, Date.now()), plans))
  console.log(standing(stopped))
  note(`dzrun backfill apply ${name} continues it`)
}

const status = async (name: string | undefined, options: StackOptions & OutputFlags): Promise<void> => {
  const { plans, store, breakers } = await connectPlans(options)
  const shown = name === undefined ? await plans.all() : [await findPlan(name, plans)]
  if (shown.length === 0) note('there is no plan; make one with dzrun backfill plan NAME', options)
  await printRows(shown, columns, options)
  if (!shown.some(({ state }) => state === 'APPLYING')) return
  const { parked } = await stackStatus({ store, breakers }, Date.now())
  const waiting = Object.entries(parked).map(([reason, count]) => `${count} ${reason.toLowerCase()}`)
  note(waiting.length === 0 ? 'nothing waits' : `waiting in the table: ${waiting.join(', ')}`, options)
}

/** `dzrun backfill plan|apply|stop|status`. */
export const addBackfill = (program: Command): void => {
  const backfill = program.command('backfill').description('request runs of published assets')

  addPlanning(backfill)

  const applying = backfill
    .command('apply')
    .argument('<name>', 'name of the plan', nameOf)
    .description(
      'have the sweeps send the requests of a plan, behind live requests; also continues a stopped plan',
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
    .description('stop sending the requests of a plan; requests that were sent continue')
    .addHelpText('after', '\nExample:\n  dzrun backfill stop spring')
    .action((name: string, _: unknown, command: Command) =>
      stop(name, command.optsWithGlobals<StackOptions>()),
    )

  const showing = backfill
    .command('status')
    .argument('[name]', 'name of the plan; without it, every plan', nameOf)
    .description('show how many requests of each plan were sent, and what the backfill lane waits for')
    .addHelpText('after', '\nExample:\n  dzrun backfill status spring')
  addRowFlags(showing, columns).action((name: string | undefined, _: unknown, command: Command) =>
    status(name, command.optsWithGlobals<StackOptions & OutputFlags>()),
  )
}
