import type { Command } from 'commander'
import { policyVersionText, skipText } from '../../lib/usecases/inspect/describe-run.ts'
import type { Advice, Explanation, RunStory } from '../../lib/usecases/inspect/explain-target.ts'
import { explainTarget } from '../../lib/usecases/inspect/explain-target.ts'
import { connect } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import { addDocumentFlags, printDocument } from '../output.ts'
import { type AssetFlags, assetHelp, resolveAsset } from '../resolve-asset.ts'
import { age, printable, styled, time } from '../terminal.ts'

const storyLines = (story: RunStory, nowMs: number): readonly string[] => {
  const { run, pause, breaker, nextLookAtMs } = story
  const by = story.requestedBy.map(printable).join(', ')
  return [
    styled('bold', story.title),
    `  ${printable(story.standing)}`,
    `  requested ${time(story.requestedAtMs)} (${age(nowMs - story.requestedAtMs)} ago) by ${by}`,
    ...(run.subject.kind === 'METADATA_GENERATION'
      ? [`  project ${run.projectId}, lane ${run.request.lane}`]
      : []),
    ...(run.policy?.version === undefined ? [] : [`  decided by ${policyVersionText(run.policy.version)}`]),
    ...(pause === undefined
      ? []
      : [
          `  paused by ${printable(pause.pausedBy ?? 'an operator')}: ${printable(pause.reason ?? 'no reason given')}`,
        ]),
    ...(breaker === undefined
      ? []
      : [`  breaker open since ${time(breaker.openedAtMs)}, next probe ${time(breaker.nextProbeAtMs)}`]),
    ...(nextLookAtMs === undefined ? [] : [`  next look ${time(nextLookAtMs)}`]),
    ...run.history.map(({ atMs, what }) => styled('dim', `  ${time(atMs)}  ${printable(what)}`)),
  ]
}

const adviceLine = ({ why, command }: Advice): string =>
  command === undefined ? `- ${why}` : `- ${why}:\n    dzrun ${command.join(' ')}`

const explanationLines = (explanation: Explanation, nowMs: number): readonly string[] => [
  ...(explanation.stories.length === 0 ? ['No run of it is recorded.'] : []),
  ...explanation.stories.flatMap((story) => [...storyLines(story, nowMs), '']),
  ...explanation.skips.map((skip) => `${time(skip.atMs)}  ${printable(skipText(skip))}`),
  ...explanation.unreadable.map(({ key, problem }) => `Unreadable record ${key.record}: it ${problem}`),
  ...(explanation.advice.length === 0 ? [] : [styled('bold', 'What you can do')]),
  ...explanation.advice.map(adviceLine),
]

/** `dzrun explain ASSET`: why does this table have no description? */
export const addExplain = (program: Command): void => {
  const command = program
    .command('explain')
    .argument('<asset>', assetHelp)
    .description(
      'say what was requested for an asset, where it stands, what it waits for, and what you can do',
    )
    .option('--domain <id>', 'domain of the asset (or DZRUN_DOMAIN)')
    .option('--project <project>', 'id or name of the project in which to look for a table name')
    .addHelpText('after', '\nExample:\n  dzrun explain tpcds_store_sales --domain dzd_sample1234567 --local')
  addDocumentFlags(command).action(async (named: string) => {
    const all = command.optsWithGlobals<AssetFlags>()
    const { location, store, switches, breakers, skips } = await connect(all)
    const { domainId, assetId } = await resolveAsset(named, all, location)
    const target = { domainId, assetId }
    const explanation = await explainTarget(target, { store, switches, breakers, skips })
    printDocument(explanation, all, {
      fields: ['target', 'stories', 'skips', 'unreadable', 'advice'],
      text: () => explanationLines(explanation, Date.now()),
    })
    if (explanation.stories.length + explanation.skips.length === 0) process.exitCode = exitCodes.notFound
  })
}
