import { endingsAreFinalAndTrue, failuresHaveTypeStats, sameEventId, tableFirst } from './check/announcing.ts'
import { explicitRequestsAreAnswered } from './check/answers.ts'
import {
  acceptedCancelsTakeEffect,
  canceledDoNotRun,
  canceledEnd,
  canceledInTime,
  cancelRequestsAreHonored,
  cancelsStayOnRecord,
  cancelsWereRequested,
  dueCancelsAreReleased,
  overdueAreCanceled,
} from './check/cancel.ts'
import { attemptsAreCountedOnce, backfillLeavesTheReserve, runsStayWithinCaps } from './check/caps.ts'
import {
  transferredRunInTheirNewProject,
  unreadySourcesAreAwaited,
  withdrawnAreNotRun,
} from './check/catalog-changes.ts'
import { noDeadLettersInTheCalm } from './check/dead.ts'
import { deadlinesAreKept, startedEventsFollowThePolicy } from './check/deadline.ts'
import { expiredRequestsAreNotRun, onlyEndedRecordsExpire } from './check/expiry.ts'
import {
  foreignRunsAreAnnouncedOnce,
  foreignRunsAreFollowed,
  foreignRunsAreFollowedOnlyByPolicy,
  startsWaitForForeignRuns,
} from './check/foreign.ts'
import { hintedInTime, inTime, nothingStuck } from './check/in-time.ts'
import { backfillWaitsForASweep, liveIsNotHeldBack } from './check/lanes.ts'
import { hiddenRequestsReturnSoon, requestsDoNotKeepReturning } from './check/liveness.ts'
import { lostRunsAreGivenUp } from './check/lost-runs.ts'
import { lostStartsAreFoundInTime, unstartedCancelsEndInTime } from './check/lost-starts.ts'
import {
  endingsAreAnnounced,
  malformedMessagesAreRejected,
  queuesAreEmpty,
  requestsLeaveRecords,
} from './check/none-lost.ts'
import {
  attemptsWereRequested,
  noMoreRunsThanAttempts,
  noMoreSourceRunsThanAttempts,
  runsAreRecordedOnce,
} from './check/one-run.ts'
import { paceRecovers, startsKeepTheRate, throttlingSlowsStarts } from './check/pace.ts'
import { retriesAreKept, retriesRunWhatFailed, skippedAreNotRun } from './check/policy.ts'
import { noStartsOnFullDays } from './check/quota.ts'
import {
  breakersLimitRefusedCalls,
  pausedWorkIsNotWritten,
  portalRunsAreLeftAlone,
  refusalsEndInTime,
} from './check/refusals.ts'
import { repeatsAreSkipped } from './check/repeats.ts'
import type { Rule } from './check/rule.ts'
import {
  olderDeploymentsRunDescriptions,
  onlyDenialsParkAsDenied,
  publishesKeepTheAssetsProject,
  rejectionsHaveACause,
  unlistedTriggersStartNothing,
} from './check/service-answers.ts'
import { pausesStartNothing, planStartsNothing } from './check/standstill.ts'
import {
  damagedCountersStartNothing,
  endingsOutlastBusFaults,
  farAheadIsDueNow,
  malformedSwitchesPause,
  trialsStartInTime,
} from './check/trials.ts'
import { noIdleWrites, unreadableRecordsAreNotChanged } from './check/writes.ts'
import type { Outside } from './outside.ts'

/** A promise that was broken, and what shows it. */
export interface Violation {
  readonly promise: string
  readonly what: string
}

const rules: readonly (readonly [promise: string, rule: Rule])[] = [
  ['P1 one run', runsAreRecordedOnce],
  ['P1 one run', portalRunsAreLeftAlone],
  ['P1 one run', noMoreRunsThanAttempts],
  ['P1 one run', noMoreSourceRunsThanAttempts],
  ['P1 one run', attemptsWereRequested],
  ['foreign runs: followed only by policy', foreignRunsAreFollowedOnlyByPolicy],
  ['foreign runs: followed after an event', foreignRunsAreFollowed],
  ['foreign runs: announced once', foreignRunsAreAnnouncedOnce],
  ['foreign runs: no Start is spent beside them', startsWaitForForeignRuns],
  ['P2 none lost', rejectionsHaveACause],
  ['P2 none lost', publishesKeepTheAssetsProject],
  ['P7 within the quota', onlyDenialsParkAsDenied],
  ['P8 the future is survivable', olderDeploymentsRunDescriptions],
  ['policy: triggers', unlistedTriggersStartNothing],
  ['policy: triggers', withdrawnAreNotRun],
  ['P2 none lost', transferredRunInTheirNewProject],
  ['P2 none lost', unreadySourcesAreAwaited],
  ['P2 none lost', requestsLeaveRecords],
  ['P2 none lost', endingsAreAnnounced],
  ['P2 none lost', explicitRequestsAreAnswered],
  ['P2 none lost', malformedMessagesAreRejected],
  ['P2 none lost', queuesAreEmpty],
  ['P2 none lost', noDeadLettersInTheCalm],
  ['policy: skipped assets do not run', skippedAreNotRun],
  ['policy: the repeat guard', repeatsAreSkipped],
  ['policy: retries are made', retriesAreKept],
  ['policy: retries run what failed', retriesRunWhatFailed],
  ['cancel: requests are recorded', cancelRequestsAreHonored],
  ['cancel: stays on record', cancelsStayOnRecord],
  ['cancel: only on request', cancelsWereRequested],
  ['cancel: accepted cancels take effect', acceptedCancelsTakeEffect],
  ['cancel: canceled runs do not continue', canceledDoNotRun],
  ['cancel: held by no breaker or pause', dueCancelsAreReleased],
  ['cancel: ends without a retry', canceledEnd],
  ['cancel: announced in time', canceledInTime],
  ['policy: overdue runs are canceled', overdueAreCanceled],
  ['switches: a pause starts nothing', pausesStartNothing],
  ['modes: off and plan start nothing', planStartsNothing],
  ['policy: failures are explained', failuresHaveTypeStats],
  ['P3 table first', tableFirst],
  ['P4 same event id', sameEventId],
  ['P5 an ending is final', endingsAreFinalAndTrue],
  ['P6 bounded lateness', inTime],
  ['P6 bounded lateness', hintedInTime],
  ['P6 bounded lateness', lostStartsAreFoundInTime],
  ['cancel: unstarted requests end in time', unstartedCancelsEndInTime],
  ['P7 within the quota', noStartsOnFullDays],
  ['P7 within the quota', startsKeepTheRate],
  ['P7 within the quota', throttlingSlowsStarts],
  ['P7 within the quota', paceRecovers],
  ['P7 within the quota', runsStayWithinCaps],
  ['P7 within the quota', backfillLeavesTheReserve],
  ['P7 within the quota', attemptsAreCountedOnce],
  ['lanes: backfill waits for a sweep', backfillWaitsForASweep],
  ['lanes: live goes first', liveIsNotHeldBack],
  ['P7 within the quota', breakersLimitRefusedCalls],
  ['P8 the future is survivable', unreadableRecordsAreNotChanged],
  ['P9 no run waits forever', nothingStuck],
  ['P9 no run waits forever', refusalsEndInTime],
  ['P9 no run waits forever', deadlinesAreKept],
  ['P9 no run waits forever', lostRunsAreGivenUp],
  ['P13 liveness', hiddenRequestsReturnSoon],
  ['P13 liveness', trialsStartInTime],
  ['P8 the future is survivable', farAheadIsDueNow],
  ['P8 the future is survivable', malformedSwitchesPause],
  ['P7 within the quota', damagedCountersStartNothing],
  ['P6 bounded lateness', endingsOutlastBusFaults],
  ['P13 liveness', requestsDoNotKeepReturning],
  ['policy: Started events', startedEventsFollowThePolicy],
  ['P2 none lost', onlyEndedRecordsExpire],
  ['P1 one run', expiredRequestsAreNotRun],
  ['P11 an unchanged poll writes nothing', noIdleWrites],
  ['P11 an unchanged poll writes nothing', pausedWorkIsNotWritten],
]

/**
 * Checks the promises from outside: DataZone's own runs, the bus, the queues and the raw items of the table. The rules share
 * no code with the system, so that they do not repeat its mistakes. Returns every violation.
 */
export const check = (outside: Outside): Violation[] =>
  rules.flatMap(([promise, rule]) => rule(outside).map((what) => ({ promise, what })))
