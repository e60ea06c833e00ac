import type { Run } from '../../lib/run/run.ts'
import type { Concern, Overview, QueueLine } from '../shared/protocol.ts'

/** The state that the concerns are derived from. */
export interface ConcernSource extends Pick<Overview, 'breakers' | 'queues' | 'quotas'> {
  readonly nowMs: number
  readonly open: readonly Run[]
  readonly unreadable: number
  readonly lastSweepAtMs?: number
}

const failedShare = 0.2
const fewestEndings = 5
const lateMs = 5 * 60_000

const critical = (title: string, detail: string, href?: string): Concern => ({
  severity: 'critical',
  title,
  detail,
  ...(href === undefined ? {} : { href }),
})

const queueConcerns = (queues: readonly QueueLine[]): readonly Concern[] =>
  queues
    .filter(({ name, waiting }) => name !== 'request queue' && waiting > 0)
    .map(({ name, waiting }) =>
      name === 'rejected'
        ? {
            severity: 'warning',
            title: `${waiting} rejected ${waiting === 1 ? 'request' : 'requests'}`,
            detail: 'their senders have to fix them; the Waiting view shows the reasons',
            href: '/waiting#rejected',
          }
        : {
            severity: 'critical',
            title: `${waiting} ${waiting === 1 ? 'message' : 'messages'} in ${name}`,
            detail: 'handling them failed five times; fix the cause, then redrive',
            href: '/waiting#dead',
          },
    )

const quotaConcerns = (quotas: Overview['quotas']): readonly Concern[] =>
  quotas
    .filter(({ used, limit }) => limit > 0 && used >= 0.9 * limit)
    .map(({ name, used, limit }) => ({
      severity: used >= limit ? 'critical' : 'warning',
      title: `${name}: ${Math.floor((100 * used) / limit)}% used`,
      detail: `${used} of ${limit}`,
    }))

const breakerConcerns = (breakers: Overview['breakers']): readonly Concern[] =>
  breakers.map(({ name }) =>
    critical(
      `breaker open: ${name}`,
      'DataZone refuses these calls; one probe at a time tests it',
      '/waiting',
    ),
  )

/** Warns when more than a fifth of the endings of the last ten minutes, five or more, were bad. */
const endingConcerns = (endings: Readonly<Record<string, number>>): readonly Concern[] => {
  const total = Object.values(endings).reduce((sum, count) => sum + count, 0)
  const bad = ['FAILED', 'TIMED_OUT', 'LOST'].reduce((sum, kind) => sum + (endings[kind] ?? 0), 0)
  if (total < fewestEndings || bad / total <= failedShare) return []
  return [
    {
      severity: 'warning',
      title: `${Math.round((100 * bad) / total)}% of the last endings failed`,
      detail: `${bad} of ${total} in ten minutes`,
      href: '/runs?status=FAILED,TIMED_OUT,LOST',
    },
  ]
}

const tableConcerns = ({ open, unreadable, lastSweepAtMs, nowMs }: ConcernSource): readonly Concern[] => {
  const late = open.filter((run) => run.state === 'ENDED' && run.detectedAtMs < nowMs - lateMs).length
  const isStill = lastSweepAtMs !== undefined && lastSweepAtMs < nowMs - lateMs
  return [
    ...(late === 0
      ? []
      : [
          critical(
            `${late} endings not announced`,
            'the run bus has not accepted their events for five minutes',
          ),
        ]),
    ...(isStill
      ? [
          critical(
            'no sweep for five minutes',
            'the schedule or the poller does not run, so waiting requests are not released',
          ),
        ]
      : []),
    ...(unreadable === 0
      ? []
      : [
          critical(
            `${unreadable} records cannot be read`,
            'damaged, or written by a newer version; dzrun doctor names them',
          ),
        ]),
  ]
}

/**
 * What an alarm of a deployed stack would report now.
 * @param endings the endings of the last ten minutes, by kind
 */
export const concernsOf = (
  source: ConcernSource,
  endings: Readonly<Record<string, number>>,
): readonly Concern[] => [
  ...breakerConcerns(source.breakers),
  ...queueConcerns(source.queues),
  ...quotaConcerns(source.quotas),
  ...endingConcerns(endings),
  ...tableConcerns(source),
]
