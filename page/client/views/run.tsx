import { useEffect, useState } from 'preact/hooks'
import type { EventLine } from '../../shared/protocol.ts'
import { getJson } from '../api.ts'
import { useLive, useNow } from '../live.ts'
import {
  type Explained,
  type ExplainedRecord,
  type ExplainedRun,
  type Phase,
  phasesOf,
  statusOf,
} from '../model/explanation.ts'
import { duration, sentence, shortened, typeName, visible } from '../model/format.ts'
import { usePlace } from '../router.ts'
import { ChangeButton } from '../ui/change.tsx'
import { CommandLine } from '../ui/command.tsx'
import { JsonTree } from '../ui/json-tree.tsx'
import { Status } from '../ui/status.tsx'
import { Ago, Time } from '../ui/time.tsx'

interface Target {
  readonly domainId: string
  readonly kind: string
  readonly id: string
}

const targetIn = (path: string): Target => {
  const [, , domainId = '', kind = '', id = ''] = path.split('/')
  return { domainId, kind, id: decodeURIComponent(id) }
}

/** The explanation of a target, read again whenever one of its rows changes. */
const useExplained = ({ domainId, kind, id }: Target): Explained | string | undefined => {
  const { rows } = useLive()
  const [answer, setAnswer] = useState<Explained | string>()
  const changed = rows
    .filter((row) => row.target === id && row.domainId === domainId)
    .map((row) => `${row.key} ${row.status} ${row.updatedAtMs}`)
    .join()
  useEffect(() => {
    let isShown = true
    getJson<Explained>(`/api/explain/${domainId}/${kind}/${encodeURIComponent(id)}`).then(
      (explained) => isShown && setAnswer(explained),
      (error: Error) =>
        isShown && setAnswer((before) => (typeof before === 'object' ? before : error.message)),
    )
    return () => {
      isShown = false
    }
  }, [domainId, kind, id, changed])
  return answer
}

interface Moment {
  readonly atMs: number
  readonly source: 'record' | 'event' | 'skip'
  readonly text: string
  readonly event?: EventLine
}

const keyless = (requestKey: string): string => requestKey.slice(requestKey.indexOf(':') + 1)

/** Events about the target, and the events and requests that caused its runs. */
const eventsOf = (
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

const momentsOf = (
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

const marks = {
  record: { glyph: '●', tone: 'flight', word: 'record' },
  event: { glyph: '↗', tone: 'lost', word: 'event' },
  skip: { glyph: '⊘', tone: 'canceled', word: 'skipped' },
} as const

const Timeline = ({ moments }: { readonly moments: readonly Moment[] }) => (
  <ol class="timeline">
    {moments.map((moment, at) => {
      const mark = marks[moment.source]
      const before = moments[at - 1]
      return (
        <li key={`${moment.atMs} ${moment.source} ${moment.text}`}>
          <span class="muted small">
            <Time atMs={moment.atMs} />
          </span>
          <span class={`glyph tone tone-${mark.tone}`} aria-hidden="true">
            {mark.glyph}
          </span>
          <span class="wrap">
            {visible(shortened(moment.text, 600))}
            {moment.event !== undefined && (
              <details>
                <summary class="small muted">
                  {mark.word} on the {moment.event.bus} bus
                </summary>
                <JsonTree name="event" value={moment.event.event} />
              </details>
            )}
          </span>
          <span class="muted small nowrap">
            {before !== undefined && `+${duration(moment.atMs - before.atMs)}`}
          </span>
        </li>
      )
    })}
  </ol>
)

const Lane = ({
  phase,
  fromMs,
  untilMs,
}: {
  readonly phase: Phase
  readonly fromMs: number
  readonly untilMs: number
}) => {
  const whole = Math.max(1, untilMs - fromMs)
  const x = (100 * (phase.fromMs - fromMs)) / whole
  const width = Math.max(0.6, (100 * (phase.untilMs - phase.fromMs)) / whole)
  return (
    <div class={`lane tone tone-${phase.tone}`}>
      <span class="muted small">{phase.name}</span>
      <svg viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
        <rect x={Math.min(x, 99.4)} y="2" width={width} height="12" fill="var(--tone)" />
      </svg>
      <span class="small num nowrap">{duration(phase.untilMs - phase.fromMs)}</span>
    </div>
  )
}

const Picture = ({ run }: { readonly run: ExplainedRecord }) => {
  const nowMs = useNow()
  const phases = phasesOf(run, nowMs)
  const fromMs = phases[0]?.fromMs ?? nowMs
  const untilMs = Math.max(...phases.map((phase) => phase.untilMs))
  return (
    <div class="lanes" role="group" aria-label="Phases of the run">
      {phases.map((phase) => (
        <Lane key={phase.name} phase={phase} fromMs={fromMs} untilMs={untilMs} />
      ))}
    </div>
  )
}

const Facts = ({ story, target }: { readonly story: ExplainedRun; readonly target: Target }) => {
  const { run } = story
  const facts: readonly (readonly [string, string | undefined])[] = [
    [target.kind === 'asset' ? 'Revision' : 'Trigger key', run.subject.revision ?? run.subject.triggerKey],
    ['Types', run.subject.types?.map(typeName).join(' + ')],
    ['Attempt', String(run.attempt)],
    ['Lane', run.request.lane],
    ['Project', run.projectId],
    ['DataZone run', run.runId],
    ['Requested by', story.requestedBy.join(', ')],
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === undefined || value === '' ? null : (
          <>
            <dt>{name}</dt>
            <dd class="wrap">{visible(shortened(value, 600))}</dd>
          </>
        ),
      )}
      {story.nextLookAtMs !== undefined && (
        <>
          <dt>Next look</dt>
          <dd>
            <Ago atMs={story.nextLookAtMs} />
          </dd>
        </>
      )}
    </dl>
  )
}

const Advice = ({ advice }: { readonly advice: Explained['advice'] }) =>
  advice.length === 0 ? null : (
    <section class="card call tone tone-flight">
      <h2>What you can do</h2>
      <div class="stack">
        {advice.map(({ why, command }) => (
          <div key={why} class="stack" style={{ gap: '6px' }}>
            <p>{sentence(visible(why))}</p>
            {command !== undefined && <CommandLine command={`dzrun ${command.join(' ')}`} />}
          </div>
        ))}
      </div>
    </section>
  )

const Attempts = ({
  stories,
  chosen,
  target,
}: {
  readonly stories: readonly ExplainedRun[]
  readonly chosen: ExplainedRun
  readonly target: Target
}) => {
  if (stories.length < 2) return null
  const slowest = Math.max(
    1,
    ...stories.map(({ run }) => (run.detectedAtMs ?? Date.now()) - (run.startedAtMs ?? run.createdAtMs)),
  )
  return (
    <section class="card">
      <h2>Runs of this {target.kind === 'asset' ? 'asset' : 'data source'}</h2>
      <ul class="list">
        {stories.map((story, at) => {
          const took =
            (story.run.detectedAtMs ?? Date.now()) - (story.run.startedAtMs ?? story.run.createdAtMs)
          return (
            <li key={story.title}>
              <span style={{ width: '108px', flex: 'none' }}>
                <Status status={statusOf(story.run)} />
              </span>
              <a class="clip" href={`?at=${at}`} aria-current={story === chosen ? 'true' : undefined}>
                {visible(shortened(story.title, 120))}
              </a>
              <span class="end bar tone tone-flight only-wide" style={{ width: '120px', flex: 'none' }}>
                <i style={{ width: `${(100 * took) / slowest}%` }} />
              </span>
              <span class="muted small nowrap num" style={{ width: '64px', flex: 'none' }}>
                {duration(took)}
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

const TypeStats = ({ stats = [] }: { readonly stats?: ExplainedRecord['typeStats'] }) =>
  stats.length === 0 ? null : (
    <ul class="list">
      {stats.map(({ type, status, errorMessage }) => (
        <li key={type}>
          <Status status={status} />
          {visible(typeName(type))}
          {errorMessage !== undefined && (
            <span class="muted wrap">{visible(shortened(errorMessage, 400))}</span>
          )}
        </li>
      ))}
    </ul>
  )

const Actions = ({
  story,
  target,
}: {
  readonly story: ExplainedRun | undefined
  readonly target: Target
}) => {
  const projectId = story?.run.projectId
  if (projectId === undefined || projectId === '') return null
  const one = {
    domainId: target.domainId,
    projectId,
    ...(target.kind === 'asset' ? { assetId: target.id } : { dataSourceId: target.id }),
  }
  const isOpen = story?.run.state !== 'ENDED'
  return (
    <span class="row">
      {isOpen && (
        <ChangeButton change={{ action: 'cancel', targets: [one] }} isDangerous>
          Cancel
        </ChangeButton>
      )}
      {!isOpen && target.kind === 'asset' && (
        <ChangeButton change={{ action: 'regenerate', targets: [one] }}>Regenerate</ChangeButton>
      )}
    </span>
  )
}

const indexOf = (
  query: URLSearchParams,
  explained: Explained,
  target: Target,
  rows: ReadonlyMap<string, unknown>,
): number => {
  const at = Number(query.get('at') ?? '-1')
  if (at >= 0) return Math.min(at, explained.stories.length - 1)
  const record = query.get('record')
  const row = rows.get(`${target.domainId}|${target.id}|${record ?? ''}`)
  const found = explained.stories.findIndex(({ run }) => {
    const [, revision = '', types = '', attempt = ''] = (record ?? '').split('#')
    const own = encodeURIComponent(run.subject.revision ?? run.subject.triggerKey ?? '')
    return (
      own === revision &&
      Number(attempt || types) === run.attempt &&
      (attempt === '' || types === (run.subject.types ?? []).join('+'))
    )
  })
  return row === undefined && found < 0 ? 0 : Math.max(0, found)
}

/** Everything about one run and the others of its asset or data source. */
export const RunView = () => {
  const { path, query } = usePlace()
  const { events, byKey } = useLive()
  const target = targetIn(path)
  const explained = useExplained(target)
  if (explained === undefined) return <p class="empty">Reading the records …</p>
  if (typeof explained === 'string') return <p class="empty">{visible(explained)}</p>
  const story = explained.stories[indexOf(query, explained, target, byKey)]
  const related = eventsOf(events, target, story === undefined ? [] : [story])
  return (
    <div class="stack">
      <div class="row">
        <code class="wrap">{visible(shortened(`${target.domainId}/${target.id}`, 300))}</code>
        <span style={{ marginLeft: 'auto' }}>
          <Actions story={story} target={target} />
        </span>
      </div>
      {story === undefined ? (
        <p class="card">No run of it is recorded.</p>
      ) : (
        <section class="card">
          <div class="row" style={{ marginBottom: '6px' }}>
            <Status status={statusOf(story.run)} />
            <strong class="wrap">{visible(shortened(story.title, 200))}</strong>
          </div>
          <p class="wrap" style={{ marginBottom: '12px' }}>
            It {visible(shortened(story.standing, 800))}.
          </p>
          <Picture run={story.run} />
        </section>
      )}
      <Advice advice={explained.advice} />
      <div class="grid-2">
        <section class="card">
          <h2>What happened</h2>
          <Timeline moments={momentsOf(story, related, explained.skips)} />
        </section>
        <div class="stack" style={{ alignContent: 'start' }}>
          {story !== undefined && (
            <section class="card">
              <h2>Facts</h2>
              <Facts story={story} target={target} />
              <TypeStats stats={story.run.typeStats} />
            </section>
          )}
          {story !== undefined && <Attempts stories={explained.stories} chosen={story} target={target} />}
          {story !== undefined && (
            <section class="card">
              <h2>Record and request</h2>
              <JsonTree name="record" value={story.run} />
              <JsonTree name="request" value={story.run.request} />
            </section>
          )}
          {explained.unreadable.map(({ key, problem }) => (
            <p class="card" key={key.record}>
              Unreadable record {visible(key.record)}: it {visible(problem)}
            </p>
          ))}
        </div>
      </div>
    </div>
  )
}
