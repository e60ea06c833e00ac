import { endingsAreFinalAndTrue, failuresAreExplained, sameEventId, tableFirst } from './check/announcing.ts'
import { explicitRequestsAreAnswered } from './check/answers.ts'
import {
  acceptedCancelsTakeEffect,
  canceledDoNotRun,
  canceledEnd,
  canceledInTime,
  cancelRequestsAreHonored,
  cancelsAreNotHeldBack,
  cancelsStayOnRecord,
  cancelsWereRequested,
  overdueAreCanceled,
} from './check/cancel.ts'
import { attemptsAreCountedOnce, backfillLeavesTheReserve, runsStayWithinCaps } from './check/caps.ts'
import {
  transferredRunInTheirNewProject,
  unreadySourcesAreAwaited,
  withdrawnAreNotRun,
} from './check/catalog-changes.ts'
import { nothingDiesInTheCalm } from './check/dead.ts'
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
import { hiddenRequestsComeBackSoon, requestsAreNotTriedAgainAndAgain } from './check/liveness.ts'
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
import { retriesAreKept, retriesAreOfWhatFailed, skippedAreNotRun } from './check/policy.ts'
import { fullDaysAreNotTried } from './check/quota.ts'
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
  endingsOutliveTheBus,
  farAheadIsDueNow,
  trialsStartInTime,
  wrongSwitchesPause,
} from './check/trials.ts'
import { noIdleWrites, nothingDisturbed } from './check/writes.ts'
import type { Outside } from './outside.ts'

/**
 * Checks the promises from outside: DataZone's own truth, the bus, the queues and the table as raw items. It shares no
 * code with the system, so that a mistake there is not repeated here.
 */
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
  ['runs of others: followed only where it is wanted', foreignRunsAreFollowedOnlyByPolicy],
  ['runs of others: those with an event are followed', foreignRunsAreFollowed],
  ['runs of others: announced once', foreignRunsAreAnnouncedOnce],
  ['runs of others: no Start is spent beside them', startsWaitForForeignRuns],
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
  ['P2 none lost', nothingDiesInTheCalm],
  ['policy: what it skips is not run', skippedAreNotRun],
  ['policy: the repeat guard', repeatsAreSkipped],
  ['policy: retries are kept', retriesAreKept],
  ['policy: retries are of what failed', retriesAreOfWhatFailed],
  ['cancel: requests are heeded', cancelRequestsAreHonored],
  ['cancel: stays on record', cancelsStayOnRecord],
  ['cancel: nothing is canceled unasked', cancelsWereRequested],
  ['cancel: what DataZone took is over', acceptedCancelsTakeEffect],
  ['cancel: nothing runs on', canceledDoNotRun],
  ['cancel: is held by nothing', cancelsAreNotHeldBack],
  ['cancel: ends, and is not retried', canceledEnd],
  ['cancel: announced in time', canceledInTime],
  ['policy: what is given up is canceled', overdueAreCanceled],
  ['switches: a pause starts nothing', pausesStartNothing],
  ['modes: off and plan start nothing', planStartsNothing],
  ['policy: failures are explained', failuresAreExplained],
  ['P3 table first', tableFirst],
  ['P4 same event id', sameEventId],
  ['P5 an ending is final', endingsAreFinalAndTrue],
  ['P6 bounded lateness', inTime],
  ['P6 bounded lateness', hintedInTime],
  ['P6 bounded lateness', lostStartsAreFoundInTime],
  ['cancel: what never ran ends in time', unstartedCancelsEndInTime],
  ['P7 within the quota', fullDaysAreNotTried],
  ['P7 within the quota', startsKeepTheRate],
  ['P7 within the quota', throttlingSlowsStarts],
  ['P7 within the quota', paceRecovers],
  ['P7 within the quota', runsStayWithinCaps],
  ['P7 within the quota', backfillLeavesTheReserve],
  ['P7 within the quota', attemptsAreCountedOnce],
  ['lanes: backfill waits for a sweep', backfillWaitsForASweep],
  ['lanes: live goes first', liveIsNotHeldBack],
  ['P7 within the quota', breakersLimitRefusedCalls],
  ['P8 the future is survivable', nothingDisturbed],
  ['P9 nothing waits for ever', nothingStuck],
  ['P9 nothing waits for ever', refusalsEndInTime],
  ['P9 nothing waits for ever', deadlinesAreKept],
  ['P9 nothing waits for ever', lostRunsAreGivenUp],
  ['P13 liveness', hiddenRequestsComeBackSoon],
  ['P13 liveness', trialsStartInTime],
  ['P8 the future is survivable', farAheadIsDueNow],
  ['P8 the future is survivable', wrongSwitchesPause],
  ['P7 within the quota', damagedCountersStartNothing],
  ['P6 bounded lateness', endingsOutliveTheBus],
  ['P13 liveness', requestsAreNotTriedAgainAndAgain],
  ['policy: what to announce', startedEventsFollowThePolicy],
  ['P2 none lost', onlyEndedRecordsExpire],
  ['P1 one run', expiredRequestsAreNotRun],
  ['P11 an unchanged poll writes nothing', noIdleWrites],
  ['P11 an unchanged poll writes nothing', pausedWorkIsNotWritten],
]

/** Every promise that was broken, with what shows it. */
export const check = (outside: Outside): Violation[] =>
  rules.flatMap(([promise, rule]) => rule(outside).map((what) => ({ promise, what })))
