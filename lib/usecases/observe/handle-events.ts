import type { Acceptance } from '../../contracts/acceptance.ts'
import type { ServiceEvent } from '../../contracts/service-event.ts'
import { reasonOf } from '../../errors.ts'
import { type AnnouncePorts, announceInParallel } from '../announce.ts'
import { attemptStep } from '../sweep/attempt-step.ts'
import type { HintReport, HintResult } from './hint-report.ts'
import { noteAcceptance } from './note-acceptance.ts'
import { settleHints } from './settle-hints.ts'
import { type SourceHintContext, settleSourceHints } from './settle-source-hints.ts'

export type HandleEventsContext = AnnouncePorts & SourceHintContext

type Context = HandleEventsContext

/** Returns what `pick` finds in each event, with the event's place in the batch. */
const pickEach = <T>(events: readonly ServiceEvent[], pick: (event: ServiceEvent) => T | undefined) => {
  const found = events.flatMap((event, index) => {
    const picked = pick(event)
    return picked === undefined ? [] : [{ index, picked }]
  })
  return { indexes: found.map(({ index }) => index), picked: found.map(({ picked }) => picked) }
}

/** Notes each acceptance. One that cannot be recorded is tried again later. */
const noteAcceptances = async (
  acceptances: readonly Acceptance[],
  onProblem: (problem: string) => void,
  context: Context,
): Promise<HintResult[]> => {
  const results: HintResult[] = []
  for (const acceptance of acceptances) {
    try {
      results.push({ address: 'asset', fate: await noteAcceptance(acceptance, context) })
    } catch (error) {
      results.push({ address: 'asset', fate: 'undecided' })
      onProblem(`accept: ${reasonOf(error)}`)
    }
  }
  return results
}

/**
 * Handles a batch of DataZone's own events: settles runs of assets and of data sources and announces their endings,
 * follows foreign data source runs, and notes acceptances.
 */
export const handleEvents = async (
  events: readonly ServiceEvent[],
  context: Context,
): Promise<HintReport> => {
  const hints = pickEach(events, (event) => (event.kind === 'hint' ? event.hint : undefined))
  const sourceHints = pickEach(events, (event) => (event.kind === 'source-hint' ? event.hint : undefined))
  const acceptances = pickEach(events, (event) =>
    event.kind === 'acceptance' ? event.acceptance : undefined,
  )

  const assets = await settleHints(hints.picked, context)
  const sources = await settleSourceHints(sourceHints.picked, context)
  const ended = [...assets.ended, ...sources.ended]
  const problems = [...assets.problems, ...sources.problems]
  const onProblem = (problem: string) => void problems.push(problem)
  let announced = 0
  await attemptStep('announce', onProblem, async () => {
    announced = await announceInParallel(ended, context)
  })
  const accepted = await noteAcceptances(acceptances.picked, onProblem, context)

  const results = new Map<number, HintResult>()
  const place = (indexes: readonly number[], found: readonly HintResult[]) => {
    for (const [at, index] of indexes.entries()) if (found[at] !== undefined) results.set(index, found[at])
  }
  place(hints.indexes, assets.hints)
  place(sourceHints.indexes, sources.hints)
  place(acceptances.indexes, accepted)
  return {
    hints: events.map((_, index) => results.get(index) ?? { address: 'nothing', fate: 'active' }),
    ended,
    announced,
    problems,
    unrecognized: [...assets.unrecognized, ...sources.unrecognized],
  }
}
