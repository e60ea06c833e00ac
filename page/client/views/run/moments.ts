import type { EventLine } from '../../../shared/protocol.ts'
import { decisionOf } from '../../model/decision.ts'
import type { Explained, ExplainedRecord, ExplainedRun } from '../../model/explanation.ts'
import type { Target } from './use-explained.ts'

/** Something that happened to a run: an entry of its record, an event, or a call to DataZone. */
export interface Moment {
  readonly atMs: number
  readonly source: 'request' | 'decision' | 'call' | 'record' | 'event' | 'skip'
  readonly text: string
  readonly event?: EventLine
}

const keyless = (requestKey: string): string => requestKey.slice(requestKey.indexOf(':') + 1)

/** Events about the target, and the events and requests that caused its runs. */
export const eventsOf = (
  events: readonly EventLine[],
  target: Target,
  stories: readonly ExplainedRun[],
): readonly EventLine[] => {
  const causes = new Set(stories.flatMap(({ requestedBy }) => requestedBy.map(keyless)))
  const runs = new Set(stories.flatMap(({ run }) => run.runId ?? []))
  return events.filter(
    (event) =>
      (event.target === target.id && (event.domainId === undefined || event.domainId === target.domainId)) ||
      causes.has(event.id) ||
      (event.runId !== undefined && runs.has(event.runId)),
  )
}

/** The request of a run, and the rule that decided it. */
const beginning = (run: ExplainedRecord): readonly Moment[] => {
  const { requestKey, requestedAtMs, trigger } = run.request
  const decision = decisionOf(run)
  const by = trigger === undefined ? 'request' : 'publish event'
  return [
    { atMs: requestedAtMs, source: 'request', text: `${by} ${keyless(requestKey)}` },
    ...(decision === undefined
      ? []
      : [{ atMs: run.createdAtMs, source: 'decision', text: `decided by ${decision}` } as const]),
  ]
}

/** The calls that changed something in DataZone. The record holds their times, but not those of Get and List. */
const callsOf = ({ startSent, cancel, subject, runId }: ExplainedRecord): readonly Moment[] => {
  const start = subject.types === undefined ? 'StartDataSourceRun' : 'StartMetadataGenerationRun'
  const calls: (readonly [number | undefined, string])[] = [
    [startSent?.firstAtMs, `${start} sent`],
    [
      startSent === undefined || startSent.lastAtMs === startSent.firstAtMs ? undefined : startSent.lastAtMs,
      `${start} sent again, with the same client token`,
    ],
    [cancel?.requestedAtMs, `cancel requested${cancel?.requestId === undefined ? ' by the deadline' : ''}`],
    [cancel?.sentAtMs, `DataZone accepted the cancel of ${runId ?? 'the run'}`],
  ]
  return calls.flatMap(([atMs, text]) =>
    atMs === undefined ? [] : [{ atMs, source: 'call', text } as const],
  )
}

const momentOfEvent = (event: EventLine): Moment => ({
  atMs: event.atMs,
  source: 'event',
  text: `${event.detailType}${event.reason === undefined ? '' : `: ${event.reason}`}`,
  event,
})

/** All moments of a run and its target, oldest first. */
export const momentsOf = (
  story: ExplainedRun | undefined,
  events: readonly EventLine[],
  skips: Explained['skips'],
): readonly Moment[] =>
  [
    ...(story === undefined ? [] : [...beginning(story.run), ...callsOf(story.run)]),
    ...(story?.run.history ?? []).map(({ atMs, what }): Moment => ({ atMs, source: 'record', text: what })),
    ...events.map(momentOfEvent),
    ...skips.map(({ atMs, text }): Moment => ({ atMs, source: 'skip', text })),
  ].toSorted((left, right) => left.atMs - right.atMs)
