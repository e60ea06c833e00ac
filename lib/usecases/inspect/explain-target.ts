import type { Breakers } from '../../ports/breakers.ts'
import type { RunStore, UnreadableRecord } from '../../ports/run-store.ts'
import type { SkipHistory } from '../../ports/skip-log.ts'
import type { Pause, Switches } from '../../ports/switches.ts'
import type { Breaker } from '../../run/breaker.ts'
import { present } from '../../run/present.ts'
import type { AssetRef, DataSourceRef, Run } from '../../run/run.ts'
import type { Skip } from '../../run/skip.ts'
import { type CallMade, callsMade } from './calls-made.ts'
import { decidedBy, standingOf, titleOf } from './describe-run.ts'

export interface ExplainPorts {
  readonly store: RunStore
  readonly switches: Switches
  readonly breakers: Breakers
  readonly skips: SkipHistory
}

/** One record of an asset or data source, in words and as data. */
export interface RunStory {
  readonly title: string
  readonly standing: string
  /** The request keys: of the request that made the run, then of its duplicates. */
  readonly requestedBy: readonly string[]
  readonly requestedAtMs: number
  /** When the next look or try is due; absent for a run that has ended or that only DataZone can end. */
  readonly nextLookAtMs?: number
  readonly pause?: Pause
  readonly breaker?: Breaker
  /** The rule and the policy version that decided. */
  readonly decidedBy?: string
  /** The calls that changed the record, and what DataZone answered, oldest first. */
  readonly calls: readonly CallMade[]
  readonly run: Run
}

/** The answer to "why has this table no description?". */
export interface Explanation {
  readonly target: AssetRef | DataSourceRef
  /** The record that changed last first. Empty: nothing was ever requested, or it has expired. */
  readonly stories: readonly RunStory[]
  /** The last requests that made no run, with the reason, newest first. Kept for 90 days. */
  readonly skips: readonly Skip[]
  /** Records that this version cannot read, with the reason. */
  readonly unreadable: readonly UnreadableRecord[]
  /** What the operator can do now, the most useful first. */
  readonly advice: readonly Advice[]
}

/** A next step: why, and the arguments of `dzrun` where a command does it. */
export interface Advice {
  readonly why: string
  readonly command?: readonly string[]
}

const changedAtMs = (run: Run): number => run.history.at(-1)?.atMs ?? run.createdAtMs

const nextLookOf = (run: Run): number | undefined => {
  switch (run.state) {
    case 'PARKED':
      return run.retryAtMs
    case 'CLAIMED':
      return run.leaseEndsAtMs
    default:
      return undefined
  }
}

const isStoppedBy = (run: Run, { cause }: Breaker): boolean => {
  if (run.state !== 'PARKED' || run.reason !== cause.reason) return false
  return cause.reason === 'QUOTA_EXCEEDED'
    ? run.subject.kind === 'METADATA_GENERATION'
    : cause.domainId === run.subject.domainId && cause.projectId === run.projectId
}

const storyOf = async (
  run: Run,
  breakers: readonly Breaker[],
  { switches }: ExplainPorts,
): Promise<RunStory> => {
  const isOpen = run.state === 'PARKED' || run.state === 'PLANNED'
  const pause = isOpen ? await switches.pauseOf(run.subject.domainId, run.projectId) : undefined
  const breaker = breakers.find((one) => isStoppedBy(run, one))
  return {
    title: titleOf(run),
    standing: standingOf(run),
    requestedBy: [run.request, ...(run.alsoRequestedBy ?? [])].map(({ requestKey }) => requestKey),
    requestedAtMs: run.request.requestedAtMs,
    ...present({ nextLookAtMs: nextLookOf(run), pause, breaker, decidedBy: decidedBy(run) }),
    calls: callsMade(run),
    run,
  }
}

const nameOf = (target: AssetRef | DataSourceRef): string =>
  'assetId' in target ? target.assetId : target.dataSourceId

const adviceFor = ({ run, pause }: RunStory): readonly Advice[] => {
  const { domainId } = run.subject
  const asset = 'assetId' in run.subject ? run.subject.assetId : undefined
  if (pause !== undefined) {
    const scope = `${domainId}/${run.projectId}`
    return [{ why: 'the domain or project is paused', command: ['resume', scope] }]
  }
  if (run.state === 'PARKED' && run.reason === 'DENIED')
    return [
      {
        why: `make the catalog role a contributor of project ${run.projectId}; the request then starts by itself`,
        command: ['membership', 'check', '--domain', domainId],
      },
    ]
  if (run.state === 'PLANNED') return [{ why: 'deploy the stage in mode run to start what was planned' }]
  const canRepeat = run.state === 'ENDED' && run.ending !== 'SUCCEEDED' && asset !== undefined
  return canRepeat
    ? [
        {
          why: 'request another attempt after fixing the cause',
          command: ['submit', asset, '--domain', domainId, '--project', run.projectId, '--regenerate'],
        },
      ]
    : []
}

/** Returns how to get a run for a skipped request: by the deployment, the policy, or an explicit request. */
const adviceForSkip = ({ reason }: Skip, target: AssetRef | DataSourceRef): readonly Advice[] => {
  switch (reason) {
    case 'MODE_OFF':
      return [{ why: 'deploy the stage in mode run, then request a run' }]
    case 'DOMAIN_NOT_SELECTED':
      return [{ why: 'add the domain to DomainIds of the stage, then request a run' }]
    case 'NO_TRIGGER':
    case 'NO_RULE':
    case 'POLICY':
      return [
        {
          why: 'change the policy and put it with dzrun policy put; this shows which rule decides',
          command: ['policy', 'test', nameOf(target), '--domain', target.domainId],
        },
      ]
    case 'REPEAT_GUARD':
      return [
        {
          why: 'request a run: the repeat guard is for publishes only',
          command: ['submit', nameOf(target), '--domain', target.domainId],
        },
      ]
    default:
      return reason satisfies never
  }
}

const adviceOf = (
  target: AssetRef | DataSourceRef,
  stories: readonly RunStory[],
  [skip]: readonly Skip[],
): readonly Advice[] => {
  const [newest] = stories
  if (newest !== undefined) return adviceFor(newest)
  if (skip !== undefined) return adviceForSkip(skip, target)
  return 'assetId' in target
    ? [
        {
          why: 'nothing was requested for it, or its records have expired: request a run',
          command: ['submit', nameOf(target), '--domain', target.domainId],
        },
      ]
    : [{ why: 'nothing was requested for it, or its records have expired' }]
}

/**
 * Returns everything the table knows about an asset or data source, in words and as data: one strongly consistent query
 * of its partition, one of the breakers, and one of the switches where a request waits.
 * @throws PortUnavailable when the table does not answer
 */
export const explainTarget = async (
  target: AssetRef | DataSourceRef,
  ports: ExplainPorts,
): Promise<Explanation> => {
  const [records, breakers, skips] = await Promise.all([
    ports.store.runsOf(target),
    ports.breakers.openBreakers(),
    ports.skips.skipsOf(target),
  ])
  const newestFirst = records.runs.toSorted((left, right) => changedAtMs(right) - changedAtMs(left))
  const stories = await Promise.all(newestFirst.map((run) => storyOf(run, breakers, ports)))
  return { target, stories, skips, unreadable: records.unreadable, advice: adviceOf(target, stories, skips) }
}
