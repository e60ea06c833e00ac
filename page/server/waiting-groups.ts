import type { ParkedRun } from '../../lib/run/run.ts'
import { parkedBecause } from '../../lib/usecases/inspect/describe-run.ts'
import type { BreakerLine, PauseLine, WaitingGroup } from '../shared/protocol.ts'
import { rowOfRun } from './run-row.ts'

const sampleSize = 8

interface Stops {
  readonly breakers: readonly BreakerLine[]
  readonly pauses: readonly PauseLine[]
}

type Release = WaitingGroup['commands']

const closeBreakers = ({ breakers }: Stops, kind: 'DENIED' | 'QUOTA_EXCEEDED', why: string): Release =>
  breakers
    .filter(({ name }) => name.startsWith(kind))
    .map(({ name }) => ({ why, command: `dzrun breaker close '${name}'` }))

/** Returns what an operator can do so that requests parked for a reason continue. */
const releaseOf = (reason: ParkedRun['reason'], stops: Stops): Release => {
  switch (reason) {
    case 'PAUSED':
      return stops.pauses.map(({ scope, reason: why, pausedBy }) => ({
        why: `resume ${scope}: paused by ${pausedBy ?? 'an operator'}${why === undefined ? '' : `, ${why}`}`,
        command: `dzrun resume ${scope}`,
      }))
    case 'DENIED':
      return [
        {
          why: 'make the catalog role a contributor of the projects below; requests then start by themselves',
          command: 'dzrun membership plan',
        },
        ...closeBreakers(stops, 'DENIED', 'then close the breaker, to skip its pause'),
      ]
    case 'QUOTA_EXCEEDED':
      return [
        { why: 'they start by themselves when the month turns, or after the quota was raised' },
        ...closeBreakers(stops, 'QUOTA_EXCEEDED', 'after the quota was raised, close the breaker'),
      ]
    case 'CAP_FULL':
      return [
        {
          why: 'wait until the day or month of the cap turns, or raise the cap in the policy',
          command: 'dzrun policy put FILE',
        },
        { why: 'then let the requests check the cap at once', command: 'dzrun release --reason CAP_FULL' },
      ]
    default:
      return [{ why: 'nothing to do: it continues by itself' }]
  }
}

const byCount = <T extends { readonly count: number }>(left: T, right: T): number => right.count - left.count

const projectsOf = (runs: readonly ParkedRun[]): WaitingGroup['projects'] => {
  const counts = Map.groupBy(runs, ({ subject, projectId }) => `${subject.domainId}/${projectId}`)
  return [...counts]
    .map(([scope, { length }]) => ({ scope, count: length }))
    .toSorted(byCount)
    .slice(0, sampleSize)
}

/** The address of a run's view. */
const hrefOf = (run: ParkedRun): string => {
  const { domainId, kind, target, record } = rowOfRun(run)
  return `/run/${domainId}/${kind}/${encodeURIComponent(target)}?record=${encodeURIComponent(record)}`
}

/** Groups parked requests by why they wait, the largest group first. */
export const waitingGroups = (parked: readonly ParkedRun[], stops: Stops): readonly WaitingGroup[] =>
  [...Map.groupBy(parked, ({ reason }) => reason)]
    .map(([reason, runs]) => {
      const retries = runs.map(({ retryAtMs }) => retryAtMs)
      return {
        reason,
        why: parkedBecause(reason),
        count: runs.length,
        firstRetryAtMs: retries.reduce((least, at) => Math.min(least, at)),
        lastRetryAtMs: retries.reduce((most, at) => Math.max(most, at)),
        oldestRequestAtMs: runs.reduce(
          (least, { request }) => Math.min(least, request.requestedAtMs),
          Number.POSITIVE_INFINITY,
        ),
        projects: projectsOf(runs),
        sample: runs.slice(0, sampleSize).map((run) => {
          const { key, target } = rowOfRun(run)
          return { key, target, href: hrefOf(run) }
        }),
        commands: releaseOf(reason, stops),
      }
    })
    .toSorted(byCount)
