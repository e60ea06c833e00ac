import { typesToRun } from '../../run/identity.ts'
import type { ParkReason, Run } from '../../run/run.ts'
import type { Skip, SkipReason } from '../../run/skip.ts'

/** Why a parked request waits, in one clause after "waits". */
const waits: Record<ParkReason, string> = {
  BACKFILL: 'in the backfill lane until live requests leave room',
  BEHIND: 'for another run of the same asset or data source to end',
  CAP_FULL: 'because a cap of the policy has no room until its day or month turns',
  CONFLICT: 'because DataZone already runs a job for it',
  DENIED: 'because DataZone denied access to the project',
  IN_TRANSFER: 'because its asset is being transferred to another project',
  LEASE_EXPIRED: 'because an earlier Start may have taken effect; DataZone is asked first',
  NOT_FOUND: 'because DataZone does not know the asset or data source yet',
  PACED: 'for its turn within the Start rate',
  PAUSED: 'because an operator paused its domain or project',
  QUOTA_EXCEEDED: "because the month's quota of its types is used up",
  RETRY: 'for its next attempt, after a failed one',
  SOURCE_DAY_FULL: 'because its data source has had its runs of the day',
  SOURCE_NOT_READY: 'because its data source is being created or updated',
  STALE_READ: 'because DataZone showed a revision that has already ended; it is read again',
  THROTTLED: 'because DataZone throttled the call',
  UNAVAILABLE: 'because DataZone, or a part of this stack, did not answer',
}

/** Returns why a parked request waits, in one clause after "waits". */
export const parkedBecause = (reason: ParkReason): string => waits[reason]

/** Returns what a record is about, such as `revision 4, BUSINESS_DESCRIPTIONS, attempt 1`. */
export const titleOf = (run: Run): string => {
  const { subject } = run
  const parts =
    subject.kind === 'METADATA_GENERATION'
      ? [
          subject.revision === undefined ? 'revision not known yet' : `revision ${subject.revision}`,
          typesToRun(run).join(' + '),
        ]
      : ['foreignRunId' in subject ? `foreign run ${subject.foreignRunId}` : `trigger ${subject.triggerKey}`]
  return [...parts, `attempt ${run.attempt}`].filter((part) => part !== '').join(', ')
}

/** Returns the state of a run as one clause. It names no times, because the caller shows each in its own field. */
export const standingOf = (run: Run): string => {
  switch (run.state) {
    case 'PLANNED':
      return 'would start, but the stack is in mode plan'
    case 'CLAIMED':
      return 'is being started'
    case 'PARKED':
      return `waits ${waits[run.reason]}`
    case 'IN_FLIGHT':
      return `runs at DataZone as ${run.runId} (${run.nativeStatus})`
    case 'ENDED':
      return endedAs(run)
    default:
      return run satisfies never
  }
}

const endedAs = (run: Extract<Run, { state: 'ENDED' }>): string => {
  const why = run.error === undefined ? '' : `: ${run.error.message} (${run.error.name})`
  const failed = (run.typeStats ?? []).flatMap(({ type, status, errorMessage }) =>
    // The error of a run whose types failed has their messages already.
    errorMessage === undefined || why.includes(errorMessage) ? [] : [`${type} ${status}: ${errorMessage}`],
  )
  const types = failed.length === 0 ? '' : `; ${failed.join('; ')}`
  return `ended as ${run.ending}${why}${types}`
}

/** Why a request made no run, in one clause after "skipped". */
const skipped: Record<SkipReason, string> = {
  MODE_OFF: 'because the stack was in mode off',
  DOMAIN_NOT_SELECTED: 'because the stage does not serve its domain',
  NO_TRIGGER: 'because the policy does not trigger on such an event',
  NO_RULE: 'because no rule of the policy matches the asset',
  POLICY: 'by the policy',
  REPEAT_GUARD:
    'by the repeat guard, because the last run succeeded or was accepted a short while ago and the columns are the same',
}

/** A version of the policy in words. */
export const policyVersionText = (version: number): string =>
  version === 0 ? 'the bundled policy' : `policy version ${version}`

/** Returns which rule of which policy decided what a run generates; undefined where no policy decides. */
export const decidedBy = ({ subject, policy }: Run): string | undefined => {
  if (subject.kind === 'DATA_SOURCE') return undefined
  const version = policy?.version === undefined ? undefined : policyVersionText(policy.version)
  const rule = policy?.rule === undefined ? undefined : `rules[${policy.rule}]`
  if (rule !== undefined) return version === undefined ? rule : `${rule} of ${version}`
  return version && `${version} (the record is older than the note of the rule)`
}

/** Returns what happened to a skipped request, in one sentence without its time. */
export const skipText = ({ requestKey, reason, rule, because, types, policyVersion }: Skip): string => {
  const version = policyVersion === undefined ? undefined : policyVersionText(policyVersion)
  const which = types === undefined ? '' : `, ${types.join(' + ')},`
  const by =
    rule === undefined
      ? `${skipped[reason]}${version === undefined ? '' : ` (${version})`}`
      : `by rules[${rule}] of ${version ?? 'the policy'}`
  return `${requestKey}${which} was skipped ${by}${because === undefined ? '' : `: ${because}`}`
}
