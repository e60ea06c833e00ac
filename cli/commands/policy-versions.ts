import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { dataZoneCatalog } from '../../lib/adapters/datazone/catalog.ts'
import { dynamoDbPolicyHistory } from '../../lib/adapters/dynamodb/policies.ts'
import { parsePolicy } from '../../lib/contracts/policy-file.ts'
import type { PolicyVersion } from '../../lib/ports/policies.ts'
import { present } from '../../lib/run/present.ts'
import { diffPolicy, type PolicyDifference } from '../../lib/usecases/operate/diff-policy.ts'
import { dataZoneClient } from '../catalog.ts'
import { addChangeFlags, type ChangeFlags, confirmed } from '../confirm.ts'
import { connect } from '../connect.ts'
import { currentPolicy } from '../current-policy.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import {
  addRowFlags,
  type Column,
  checkRowFlags,
  isoTime,
  note,
  type OutputFlags,
  printRows,
} from '../output.ts'
import { readPolicyFile, readPolicyJson } from '../policy-file.ts'
import { progressOf } from '../progress.ts'
import type { StackOptions } from '../stack-location.ts'
import { systemClock } from '../system-clock.ts'
import { domainOf } from '../target.ts'
import { relative } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface PutOptions extends StackOptions, ChangeFlags {
  readonly by?: string
}

const put = async (file: string, options: PutOptions): Promise<void> => {
  const policy = await readPolicyFile(file)
  const connection = await connect(options)
  const history = dynamoDbPolicyHistory(connection.client, connection.location.tableName)
  const [newest] = await history.newest(1)
  const version = (newest?.version ?? 0) + 1
  const { policy: before } = await currentPolicy(connection)
  const added = policy.triggers.filter((trigger) => !before.triggers.includes(trigger))
  if (added.length > 0)
    note(
      `triggers ${added.join(', ')} are delivered only after a deployment with a config/policy.json that has them`,
      options,
    )
  if (options.dryRun === true) return console.log(`would put ${file} as version ${version}`)
  if (!(await confirmed(`Put ${file} as version ${version} of the policy?`, options))) return
  const putBy = options.by ?? userInfo().username
  const isPut = await history.put({
    version,
    putAtMs: Date.now(),
    putBy,
    file: await readPolicyJson(file),
  })
  if (!isPut)
    throw new CommandFailed(
      exitCodes.usage,
      `another command put version ${version} in the meantime; try again`,
    )
  console.log(`put version ${version}; it takes effect within a minute`)
}

interface GetOptions extends StackOptions, OutputFlags {
  readonly version?: number
}

const get = async (options: GetOptions): Promise<void> => {
  const { client, location } = await connect(options)
  const versions = await dynamoDbPolicyHistory(client, location.tableName).newest(1000)
  const found = versions.find(({ version }) => options.version === undefined || version === options.version)
  if (found === undefined)
    throw new CommandFailed(
      exitCodes.notFound,
      options.version === undefined
        ? 'no version was put, so the config/policy.json of the deployment decides; put one with dzrun policy put FILE'
        : `there is no version ${options.version}; dzrun policy history lists them`,
    )
  note(`version ${found.version}, put by ${found.putBy} at ${isoTime(found.putAtMs)}`, options)
  console.log(JSON.stringify(found.file, null, 2))
}

const historyColumns: readonly Column<PolicyVersion>[] = [
  { name: 'version', value: ({ version }) => version },
  {
    name: 'put',
    value: ({ putAtMs }) => isoTime(putAtMs),
    text: ({ putAtMs }) => relative(putAtMs, Date.now()),
  },
  { name: 'by', value: ({ putBy }) => putBy },
  {
    name: 'state',
    value: ({ file }) => {
      const parsed = parsePolicy(file)
      return parsed.ok
        ? `${parsed.value.rules.length} rules`
        : `cannot be read: ${parsed.problems.join('; ')}`
    },
  },
]

/** The settings of a rule besides its types: JSON at the end of a decision. */
const settings = / (\{.*\})$/

/** Shortens a decision, so that two fit side by side on a terminal. Settings are shown only where the two differ. */
const short = (decision: string, other: string): string => {
  const [, own] = settings.exec(decision) ?? []
  const [, others = own] = settings.exec(other) ?? []
  return (own === others ? decision.replace(settings, '') : decision).replaceAll(
    /BUSINESS_([A-Z_]+)/g,
    (_, type: string) => type.toLowerCase().replaceAll('_', ' '),
  )
}

const differenceColumns: readonly Column<PolicyDifference>[] = [
  { name: 'project', value: ({ projectId }) => projectId },
  { name: 'assets', value: ({ assets }) => assets },
  { name: 'before', value: ({ before }) => before, text: ({ before, after }) => short(before, after) },
  { name: 'after', value: ({ after }) => after, text: ({ before, after }) => short(after, before) },
  { name: 'example', value: ({ example }) => example },
]

interface DiffOptions extends StackOptions, OutputFlags {
  readonly domain?: string
}

const diff = async (file: string, options: DiffOptions): Promise<void> => {
  checkRowFlags(differenceColumns, options)
  const after = await readPolicyFile(file)
  const connection = await connect(options)
  const { location } = connection
  const [{ version, policy: before }, last] = await Promise.all([
    currentPolicy(connection),
    connection.sweeps.last(),
  ])
  const progress = progressOf('assets compared', options)
  const catalog = dataZoneCatalog(dataZoneClient(location, options))
  const found = await diffPolicy(
    domainOf(options.domain, location),
    { before, after, ...present({ defaultTypes: last?.defaultTypes }) },
    { catalog, clock: systemClock },
    progress.report,
  ).finally(progress.end)
  await printRows(found.differences, differenceColumns, options)
  const now = version === 0 ? 'the bundled file' : `version ${version}`
  note(`the decision differs from ${now} for ${found.changed} of ${found.listed} published assets`, options)
}

interface HistoryOptions extends StackOptions, OutputFlags {
  readonly limit: number
}

const history = async (options: HistoryOptions): Promise<void> => {
  const { client, location } = await connect(options)
  const versions = await dynamoDbPolicyHistory(client, location.tableName).newest(options.limit)
  if (versions.length === 0)
    note('no version was put; the config/policy.json of the deployment decides', options)
  await printRows(versions, historyColumns, options)
}

/** `dzrun policy put|get|history|diff`. */
export const addPolicyVersions = (policy: Command): void => {
  const putting = policy
    .command('put')
    .argument('<file>', 'policy file')
    .description(
      'make a policy file the next version of the policy, after checking it; it is in force within a minute',
    )
    .option('--by <name>', 'who puts it (default: your user name)')
    .option('--quiet', 'print results only')
    .addHelpText('after', '\nExample:\n  dzrun policy put config/policy.json --yes')
  addChangeFlags(putting).action((file: string, _: unknown, self: Command) =>
    put(file, self.optsWithGlobals<PutOptions>()),
  )

  policy
    .command('get')
    .description('print a version of the policy as it was put')
    .option('--version <n>', 'version; without it, the newest', wholeNumber(1, 99_999_999))
    .addHelpText('after', '\nExample:\n  dzrun policy get > policy.json')
    .action((_: unknown, self: Command) => get(self.optsWithGlobals<GetOptions>()))

  const listing = policy
    .command('history')
    .description('list the versions of the policy, newest first')
    .option('--limit <n>', 'at most this many versions', wholeNumber(1, 1000), 20)
    .addHelpText('after', '\nExample:\n  dzrun policy history --limit 5')
  addRowFlags(listing, historyColumns).action((_: unknown, self: Command) =>
    history(self.optsWithGlobals<HistoryOptions>()),
  )

  const diffing = policy
    .command('diff')
    .argument('<file>', 'policy file')
    .description('count, by project, the published assets for which a policy file decides differently')
    .option('--domain <id>', 'domain (or DZRUN_DOMAIN)')
    .addHelpText('after', '\nExample:\n  dzrun policy diff config/policy.json --local')
  addRowFlags(diffing, differenceColumns).action((file: string, _: unknown, self: Command) =>
    diff(file, self.optsWithGlobals<DiffOptions>()),
  )
}
