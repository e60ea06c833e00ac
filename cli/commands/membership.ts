import type { Command } from 'commander'
import { dataZoneMemberships } from '../../lib/adapters/datazone/memberships.ts'
import {
  type AddResult,
  addMemberships,
  checkMemberships,
  type MembershipReport,
  membershipCommands,
  type ProjectAccess,
} from '../../lib/usecases/inspect/memberships.ts'
import { dataZoneClient } from '../catalog.ts'
import { addChangeFlags, type ChangeFlags, confirmed } from '../confirm.ts'
import { connect } from '../connect.ts'
import { policyOf } from '../current-policy.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import {
  addRowFlags,
  type Column,
  checkRowFlags,
  formatOf,
  note,
  type OutputFlags,
  printRows,
} from '../output.ts'
import { progressOf } from '../progress.ts'
import type { StackOptions } from '../stack-location.ts'
import { domainOf } from '../target.ts'
import { printable } from '../terminal.ts'

interface MembershipFlags extends StackOptions, OutputFlags {
  readonly domain?: string
  readonly role?: string
  readonly file?: string
}

const columns: readonly Column<ProjectAccess>[] = [
  { name: 'project', value: ({ projectId }) => projectId },
  { name: 'name', value: ({ name }) => printable(name) },
  { name: 'access', value: ({ access }) => access },
]

const roleArnPattern = /^arn:[a-z0-9-]+:iam::\d{12}:role\/.+$/

const read = async (all: MembershipFlags) => {
  const connection = await connect(all)
  const { location } = connection
  const roleArn = all.role ?? location.catalogRoleArn
  if (roleArn === undefined || !roleArnPattern.test(roleArn))
    throw new CommandFailed(
      exitCodes.usage,
      'no role: give --role ARN of the catalog role, or --stage of a deployed stack, whose output CatalogRoleArn names it',
    )
  const policy = await policyOf(all.file, connection)
  const memberships = dataZoneMemberships(dataZoneClient(location, all))
  const target = { domainId: domainOf(all.domain, location), roleArn }
  const progress = progressOf('projects checked', all)
  const report = await checkMemberships(target, policy, memberships, progress.report).finally(progress.end)
  return { memberships, report }
}

const noteProblems = ({ profile, problems, roleArn }: MembershipReport, flags: OutputFlags): void => {
  if (profile === 'NONE') note(`${roleArn} has no profile in the domain`, flags)
  for (const problem of problems) note(problem, flags)
}

const isComplete = ({ projects, profile }: MembershipReport): boolean =>
  profile === 'ACTIVATED' && projects.every(({ access }) => access === 'contributor')

const check = async (flags: MembershipFlags): Promise<void> => {
  const { report } = await read(flags)
  noteProblems(report, flags)
  if (report.projects.length === 0) note('no rule of the policy matches a project that you can see', flags)
  await printRows(report.projects, columns, flags)
  if (!isComplete(report)) process.exitCode = exitCodes.refused
}

const plan = async (flags: MembershipFlags): Promise<void> => {
  const { report } = await read(flags)
  noteProblems(report, flags)
  const commands = membershipCommands(report)
  if (commands.length === 0) note('nothing is missing', flags)
  for (const command of commands) console.log(command)
}

const addedColumns: readonly Column<AddResult>[] = [
  { name: 'project', value: ({ projectId }) => projectId },
  { name: 'outcome', value: ({ outcome }) => outcome },
  { name: 'why', value: (result) => ('reason' in result ? printable(result.reason) : undefined) },
]

const add = async (flags: MembershipFlags & ChangeFlags): Promise<void> => {
  checkRowFlags(addedColumns, flags)
  const { report, memberships } = await read(flags)
  noteProblems(report, flags)
  const lacking = report.projects.filter(({ access }) => access !== 'contributor')
  if (flags.dryRun === true) {
    for (const { projectId, name } of lacking)
      note(`would be added to ${printable(name)} (${projectId})`, flags)
    return
  }
  const count = lacking.length === 1 ? '1 project' : `${lacking.length} projects`
  if (lacking.length > 0 && !(await confirmed(`Make the role a contributor of ${count}?`, flags))) return
  const results = await addMemberships(report, memberships)
  if (formatOf(flags) !== 'table') await printRows(results, addedColumns, flags)
  else
    for (const result of results) {
      if (result.outcome === 'added')
        console.log(`added to ${result.projectId}; it takes effect within two minutes`)
      else console.error(`dzrun: ${result.projectId}: refused: ${printable(result.reason)}`)
    }
  if (results.length === 0) note('nothing is missing', flags)
  if (results.some(({ outcome }) => outcome === 'refused')) process.exitCode = exitCodes.refused
}

/** `dzrun membership check`, `plan` and `add`. */
export const addMembership = (program: Command): void => {
  const membership = program
    .command('membership')
    .description('check and grant the memberships of the catalog role in the projects of the policy')

  const subcommand = (name: string, description: string): Command =>
    membership
      .command(name)
      .description(description)
      .option('--domain <id>', 'domain of the projects (or DZRUN_DOMAIN)')
      .option('--role <arn>', 'catalog role (default: the output CatalogRoleArn of the stack)')
      .option('--file <file>', 'policy file (default: the policy in force in the stack)')
      .addHelpText('after', `\nExample:\n  dzrun membership ${name} --stage prod --domain dzd_sample1234567`)

  const checking = subcommand(
    'check',
    'show in which projects the role can start runs; exits with 4 if there is one in which it cannot',
  )
  addRowFlags(checking, columns).action(() => check(checking.optsWithGlobals()))

  const planning = subcommand('plan', 'print the AWS CLI commands that grant what is missing')
  planning.action(() => plan(planning.optsWithGlobals()))

  const adding = subcommand(
    'add',
    'make the role a contributor of each project that lacks it; exits with 4 if DataZone refuses one',
  )
  addChangeFlags(addRowFlags(adding, addedColumns)).action(() => add(adding.optsWithGlobals()))
}
