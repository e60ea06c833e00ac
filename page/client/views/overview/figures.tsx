import type { ComponentChildren } from 'preact'
import type { Overview, Spread } from '../../../shared/protocol.ts'
import { count, duration, rate } from '../../model/format.ts'
import { endedStatuses, lookOf } from '../../model/statuses.ts'
import { Ago } from '../../ui/time.tsx'
import { Share } from './share.tsx'

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, value) => sum + value, 0)

interface FigureProps {
  readonly title: string
  readonly value: ComponentChildren
  /** Beside the value, smaller. */
  readonly unit?: string
  readonly children: ComponentChildren
  /** The view that shows more. */
  readonly href?: string
}

const Figure = ({ title, value, unit, children, href }: FigureProps) => {
  const content = (
    <>
      <h2 class="muted">{title}</h2>
      <div class="value">
        {value} {unit !== undefined && <small>{unit}</small>}
      </div>
      <div class="note small muted">{children}</div>
    </>
  )
  return href === undefined ? (
    <div class="card figure">{content}</div>
  ) : (
    <a class="card figure" href={href}>
      {content}
    </a>
  )
}

const SpreadFigure = (props: {
  readonly title: string
  readonly spread: Spread | undefined
  readonly none: string
}) => {
  const { title, spread, none } = props
  return (
    <Figure title={title} value={spread === undefined ? '–' : duration(spread.median)} unit="median">
      {spread === undefined ? none : `95% within ${duration(spread.p95)}`}
    </Figure>
  )
}

const Waiting = ({ overview }: { readonly overview: Overview }) => (
  <Figure title="Waiting" value={count(total(overview.parked))} href="/waiting">
    {overview.oldestWaitingSinceMs === undefined ? (
      'nothing waits'
    ) : (
      <>
        oldest since <Ago atMs={overview.oldestWaitingSinceMs} />
      </>
    )}
  </Figure>
)

const Endings = ({ overview }: { readonly overview: Overview }) => {
  const kinds = Object.entries(overview.endingsPerMinute).filter(([, value]) => value > 0)
  const words = kinds.map(([kind, value]) => `${rate(value)} ${lookOf(kind).word.toLowerCase()}`)
  return (
    <Figure
      title="Endings a minute"
      value={rate(total(overview.endingsPerMinute))}
      href={`/runs?status=${endedStatuses.join()}`}
    >
      {words.join(', ') || 'none in ten minutes'}
    </Figure>
  )
}

/** The figures at the top of the overview. */
export const Figures = ({ overview }: { readonly overview: Overview }) => {
  const { inFlight, claimed, unannounced, startsPerSecond, startQuotaPerSecond, lateness, running } = overview
  return (
    <div class="figures">
      <Figure title="In flight" value={count(inFlight)} href="/runs?status=IN_FLIGHT,CLAIMED">
        {claimed > 0 ? `${count(claimed)} starting` : 'none starting'}
        {unannounced > 0 && `, ${count(unannounced)} to announce`}
      </Figure>
      <Waiting overview={overview} />
      <Figure title="Starts a second" value={startsPerSecond.toFixed(1)} unit={`of ${startQuotaPerSecond}`}>
        <Share used={startsPerSecond} of={startQuotaPerSecond} />
      </Figure>
      <Endings overview={overview} />
      <SpreadFigure
        title={lateness === undefined ? 'Start to ending' : 'Ending noticed after'}
        spread={lateness ?? running}
        none="no ending in ten minutes"
      />
      <SpreadFigure title="Request to Start" spread={overview.queued} none="no Start in ten minutes" />
    </div>
  )
}
