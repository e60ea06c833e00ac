import type { ServiceEvent } from '../../contracts/service-event.ts'
import { reasonOf } from '../../errors.ts'
import { announceInParallel } from '../announce.ts'
import { newPass } from '../sweep/settle-runs.ts'
import { noteAcceptance } from './note-acceptance.ts'
import {
  type HintAddress,
  type HintFate,
  type HintReport,
  type HintTools,
  settleHints,
} from './settle-hints.ts'
import { type SourceHintContext, settleSourceHints } from './settle-source-hints.ts'

export type HandleEventsContext = HintTools & SourceHintContext

type Heard = { readonly address: HintAddress; readonly fate: HintFate }

/** Of each event, in their order, what `pick` takes out of it; the others keep their places. */
const indexed = <T>(events: readonly ServiceEvent[], pick: (event: ServiceEvent) => T | undefined) =>
  events.flatMap((event, index) => {
    const picked = pick(event)
    return picked === undefined ? [] : [{ index, picked }]
  })

/**
 * What a batch of DataZone's own events leads to: runs of assets are settled, runs of data sources too, or followed
 * where others started them, and acceptances are noted.
 */
export const handleEvents = async (
  events: readonly ServiceEvent[],
  tools: HandleEventsContext,
): Promise<HintReport> => {
  const fates = new Map<number, Heard>()

  const hints = indexed(events, (event) => (event.kind === 'hint' ? event.hint : undefined))
  const report = await settleHints(
    hints.map(({ picked }) => picked),
    tools,
  )
  for (const [at, { index }] of hints.entries()) {
    const heard = report.hints[at]
    if (heard !== undefined) fates.set(index, heard)
  }

  const pass = newPass()
  const ofSources = indexed(events, (event) => (event.kind === 'source-hint' ? event.hint : undefined))
  const settled = await settleSourceHints(
    ofSources.map(({ picked }) => picked),
    pass,
    tools,
  )
  for (const [at, { index }] of ofSources.entries()) {
    const heard = settled[at]
    if (heard !== undefined) fates.set(index, heard)
  }

  let announced = report.announced
  try {
    announced += await announceInParallel(pass.ended, tools)
  } catch (error) {
    pass.problems.push(`announce: ${reasonOf(error)}`)
  }
  const accepted = indexed(events, (event) => (event.kind === 'acceptance' ? event.acceptance : undefined))
  for (const { index, picked } of accepted) {
    try {
      fates.set(index, { address: 'asset', fate: await noteAcceptance(picked, tools) })
    } catch (error) {
      fates.set(index, { address: 'asset', fate: 'undecided' })
      pass.problems.push(`accept: ${reasonOf(error)}`)
    }
  }
  return {
    hints: events.map((_, index) => fates.get(index) ?? { address: 'nothing', fate: 'active' }),
    ended: [...report.ended, ...pass.ended],
    announced,
    problems: [...report.problems, ...pass.problems],
    unheardOf: [...report.unheardOf, ...pass.unheardOf],
  }
}
