import type { Command } from 'commander'
import { present } from '../../lib/run/present.ts'
import { callsByLine } from '../../lib/usecases/inspect/calls-made.ts'
import { policyVersionText, skipText } from '../../lib/usecases/inspect/describe-run.ts'
import type {
  Advice,
  ExplainPorts,
  Explanation,
  RunStory,
} from '../../lib/usecases/inspect/explain-target.ts'
import { explainTarget } from '../../lib/usecases/inspect/explain-target.ts'
import type { Unrequested } from '../../lib/usecases/inspect/explain-unrequested.ts'
import { connect } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import { addDocumentFlags, printDocument } from '../output.ts'
import { pastedCommand } from '../pasted-command.ts'
import { type AssetFlags, assetHelp, type ResolvedAsset, resolveAsset } from '../resolve-asset.ts'
import type { StackOptions } from '../stack-location.ts'
import { age, printable, styled, time, timeAndAge, wrapped } from '../terminal.ts'

const hangingIndent = 6

const dueAt = (atMs: number, nowMs: number): string =>
  atMs > nowMs ? timeAndAge(atMs, nowMs) : 'is due at the next sweep'

const storyLines = (story: RunStory, nowMs: number): readonly string[] => {
  const { run, pause, breaker, nextLookAtMs } = story
  const calls = callsByLine(run)
  const by = story.requestedBy.map(printable).join(', ')
  return [
    styled('bold', story.title),
    `  ${printable(story.standing)}`,
    `  requested ${time(story.requestedAtMs)} (${age(nowMs - story.requestedAtMs)} ago) by ${by}`,
    ...(run.subject.kind === 'METADATA_GENERATION'
      ? [`  project ${run.projectId}, lane ${run.request.lane}`]
      : []),
    ...(story.decidedBy === undefined ? [] : [`  decided by ${story.decidedBy}`]),
    ...(run.state === 'PARKED' && run.error !== undefined && pause === undefined
      ? [printable(`  ${run.error.name}: ${run.error.message}`)]
      : []),
    ...(pause === undefined
      ? []
      : [
          `  paused by ${printable(pause.pausedBy ?? 'an operator')}: ${printable(pause.reason ?? 'no reason given')}`,
        ]),
    ...(breaker === undefined
      ? []
      : [`  breaker open since ${time(breaker.openedAtMs)}, next probe ${time(breaker.nextProbeAtMs)}`]),
    ...(nextLookAtMs === undefined ? [] : [`  next look ${dueAt(nextLookAtMs, nowMs)}`]),
    ...run.history.map(({ atMs, what }, line) => {
      const call = calls[line]
      return styled(
        'dim',
        `  ${time(atMs)}  ${printable(what)}${call === undefined ? '' : ` [${call.call}]`}`,
      )
    }),
  ]
}

const adviceLines = ({ why, command }: Advice, options: StackOptions): readonly string[] =>
  command === undefined ? [`- ${why}`] : [`- ${why}:`, `    ${pastedCommand(command, options)}`]

type Explained = Explanation & { readonly catalog?: Unrequested }

/** The asset's name and project, and its address in the portal. */
const headLines = ({ target, stories }: Explained): readonly string[] => {
  const run = stories.find((story) => story.run.assetName !== undefined)?.run ?? stories[0]?.run
  if (run === undefined || !('assetId' in target)) return []
  const project = run.projectName === undefined ? run.projectId : `${run.projectName} (${run.projectId})`
  return [
    styled('bold', printable(`${run.assetName ?? target.assetId} (${target.assetId}) in project ${project}`)),
    ...(run.portalUrl === undefined ? [] : [run.portalUrl]),
    '',
  ]
}

const catalogLines = ({ catalog }: Explained): readonly string[] =>
  catalog === undefined
    ? []
    : [
        printable(`${catalog.name} (${catalog.type}) in project ${catalog.projectId}`),
        catalog.isPublished
          ? 'The asset is published.'
          : 'The asset is not published, so no event requests a run.',
        printable(`By ${policyVersionText(catalog.policyVersion)}, ${catalog.decision}.`),
      ]

const explanationLines = (
  explanation: Explained,
  nowMs: number,
  options: StackOptions,
): readonly string[] => [
  ...headLines(explanation),
  ...(explanation.stories.length === 0 ? ['No run of it is recorded.'] : []),
  ...catalogLines(explanation),
  ...explanation.stories.flatMap((story) => [...storyLines(story, nowMs), '']),
  ...explanation.skips.map((skip) => `${time(skip.atMs)}  ${printable(skipText(skip))}`),
  ...explanation.unreadable.map(({ key, problem }) => `Unreadable record ${key.record}: it ${problem}`),
  ...(explanation.advice.length === 0 ? [] : [styled('bold', 'What you can do')]),
  ...explanation.advice.flatMap((advice) => adviceLines(advice, options)),
]

/** Returns what DataZone and the policy say about an asset without records. */
const unrequested = async (
  target: ResolvedAsset,
  options: AssetFlags,
  { client, location }: Pick<Awaited<ReturnType<typeof connect>>, 'client' | 'location'>,
): Promise<Unrequested | undefined> => {
  const [{ catalogPorts }, { currentPolicy }, { explainUnrequested }] = await Promise.all([
    import('../catalog.ts'),
    import('../current-policy.ts'),
    import('../../lib/usecases/inspect/explain-unrequested.ts'),
  ])
  const policy = await currentPolicy({ client, location })
  return explainUnrequested(target, policy, catalogPorts(location, options))
}

/** Returns the records of an asset or, where DataZone shows no such asset, of the data source with that id. */
const recordsOf = async (
  { domainId, assetId, isKnown }: ResolvedAsset,
  ports: ExplainPorts,
): Promise<Explanation> => {
  const ofAsset = await explainTarget({ domainId, assetId }, ports)
  if (isKnown || ofAsset.stories.length + ofAsset.skips.length > 0) return ofAsset
  const ofSource = await explainTarget({ domainId, dataSourceId: assetId }, ports)
  return ofSource.stories.length + ofSource.skips.length > 0 ? ofSource : ofAsset
}

/** `dzrun explain ASSET`: why does this table have no description? */
export const addExplain = (program: Command): void => {
  const command = program
    .command('explain')
    .argument('<asset>', `${assetHelp}; or the id of a data source`)
    .description(
      'show what was requested for an asset, the state of its runs, what they wait for, and what you can do',
    )
    .option('--domain <id>', 'domain of the asset (or DZRUN_DOMAIN)')
    .option('--project <project>', 'id or name of the project in which to look for a table name')
    .addHelpText('after', '\nExample:\n  dzrun explain tpcds_store_sales --domain dzd_sample1234567 --local')
  addDocumentFlags(command).action(async (named: string) => {
    const all = command.optsWithGlobals<AssetFlags>()
    const { client, location, store, switches, breakers, skips } = await connect(all)
    const asset = await resolveAsset(named, all, location)
    const recorded = await recordsOf(asset, { store, switches, breakers, skips })
    const isRecorded = recorded.stories.length + recorded.skips.length > 0
    const catalog = isRecorded ? undefined : await unrequested(asset, all, { client, location })
    const isKnown = isRecorded || catalog !== undefined
    const explanation: Explained = {
      ...recorded,
      ...present({ catalog }),
      advice: isKnown
        ? recorded.advice
        : [{ why: 'DataZone does not show it either; check its name and --domain' }],
    }
    printDocument(explanation, all, {
      fields: ['target', 'catalog', 'stories', 'skips', 'unreadable', 'advice'],
      text: () =>
        explanationLines(explanation, Date.now(), all).flatMap((line) => wrapped(line, hangingIndent)),
    })
    if (!isKnown) process.exitCode = exitCodes.notFound
  })
}
