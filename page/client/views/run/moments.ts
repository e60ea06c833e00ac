import type { EventLine } from '../../../shared/protocol.ts'
import type { Explained, ExplainedRun } from '../../model/explanation.ts'
import type { Target } from './use-explained.ts'

export interface Moment {
  readonly atMs: number
  readonly source: 'record' | 'event' | 'skip'
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

export const momentsOf = (
  story: ExplainedRun | undefined,
  events: readonly EventLine[],
  skips: Explained['skips'],
): readonly Moment[] =>
  [
    ...(story?.run.history ?? []).map(({ atMs, what }): Moment => ({ atMs, source: 'record', text: what })),
    ...events.map(
      (event): Moment => ({
        atMs: event.atMs,
        source: 'event',
        text: `${event.detailType}${event.reason === undefined ? '' : `: ${event.reason}`}`,
        event,
      }),
    ),
    ...skips.map(({ atMs, text }): Moment => ({ atMs, source: 'skip', text })),
  ].toSorted((left, right) => left.atMs - right.atMs)
