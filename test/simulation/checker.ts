import { endingsAreFinalAndTrue, failuresAreExplained, sameEventId, tableFirst } from './check/announcing.ts'
import {
  canceledAreNotHeld,
  canceledDoNotRun,
  canceledEnd,
  canceledInTime,
  canceledWasAskedFor,
  cancelsAreHeeded,
  cancelsStayOnRecord,
  overdueAreCanceled,
  takenCancelsWork,
} from './check/cancel.ts'
import { attemptsAreCountedOnce, backfillLeavesTheReserve, runsStayWithinCaps } from './check/caps.ts'
import { nothingDiesInTheCalm } from './check/dead.ts'
import { deadlinesAreKept, startedIsToldWhereAskedFor } from './check/deadline.ts'
import { onlyTheEndedExpire, theForgottenAreNotRun } from './check/expiry.ts'
import {
  othersAreAnnouncedOnce,
  othersAreFollowed,
  othersAreFollowedOnlyWhereWanted,
  othersAreWaitedFor,
} from './check/foreign.ts'
import { lostStartsAreFoundInTime, unstartedCancelsEndInTime } from './check/found.ts'
import { theGoneAreGivenUp } from './check/gone.ts'
import { hintedInTime, inTime, nothingStuck } from './check/in-time.ts'
import { backfillWaitsForASweep, liveIsNotHeldBack } from './check/lanes.ts'
import {
  endingsAreAnnounced,
  queuesAreEmpty,
  requestsLeaveRecords,
  wrongMessagesAreGivenBack,
} from './check/none-lost.ts'
import {
  attemptsAreAskedFor,
  noMoreRunsThanAttempts,
  noMoreSourceRunsThanAttempts,
  runsAreRecordedOnce,
} from './check/one-run.ts'
import { paceRecovers, startsKeepTheRate, throttlingIsHeeded } from './check/pace.ts'
import {
  repeatsAreSkipped,
  retriesAreKept,
  retriesAreOfWhatFailed,
  skippedAreNotRun,
} from './check/policy.ts'
import { fullDaysAreNotTried } from './check/quota.ts'
import {
  pausedWorkIsNotWritten,
  portalRunsAreLeftAlone,
  refusalsAreNotAskedForAgain,
  refusalsEndInTime,
} from './check/refusals.ts'
import type { Rule } from './check/rule.ts'
import { pausesStartNothing, planStartsNothing } from './check/standstill.ts'
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
  ['P1 one run', attemptsAreAskedFor],
  ['runs of others: followed only where it is wanted', othersAreFollowedOnlyWhereWanted],
  ['runs of others: what is told of is followed', othersAreFollowed],
  ['runs of others: announced once', othersAreAnnouncedOnce],
  ['runs of others: no Start is spent beside them', othersAreWaitedFor],
  ['P2 none lost', requestsLeaveRecords],
  ['P2 none lost', endingsAreAnnounced],
  ['P2 none lost', wrongMessagesAreGivenBack],
  ['P2 none lost', queuesAreEmpty],
  ['P2 none lost', nothingDiesInTheCalm],
  ['policy: what it skips is not run', skippedAreNotRun],
  ['policy: the repeat guard', repeatsAreSkipped],
  ['policy: retries are kept', retriesAreKept],
  ['policy: retries are of what failed', retriesAreOfWhatFailed],
  ['cancel: requests are heeded', cancelsAreHeeded],
  ['cancel: stays on record', cancelsStayOnRecord],
  ['cancel: nothing is canceled unasked', canceledWasAskedFor],
  ['cancel: what DataZone took is over', takenCancelsWork],
  ['cancel: nothing runs on', canceledDoNotRun],
  ['cancel: is held by nothing', canceledAreNotHeld],
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
  ['P7 within the quota', throttlingIsHeeded],
  ['P7 within the quota', paceRecovers],
  ['P7 within the quota', runsStayWithinCaps],
  ['P7 within the quota', backfillLeavesTheReserve],
  ['P7 within the quota', attemptsAreCountedOnce],
  ['lanes: backfill waits for a sweep', backfillWaitsForASweep],
  ['lanes: live goes first', liveIsNotHeldBack],
  ['P7 within the quota', refusalsAreNotAskedForAgain],
  ['P8 the future is survivable', nothingDisturbed],
  ['P9 nothing waits for ever', nothingStuck],
  ['P9 nothing waits for ever', refusalsEndInTime],
  ['P9 nothing waits for ever', deadlinesAreKept],
  ['P9 nothing waits for ever', theGoneAreGivenUp],
  ['policy: what to announce', startedIsToldWhereAskedFor],
  ['P2 none lost', onlyTheEndedExpire],
  ['P1 one run', theForgottenAreNotRun],
  ['P11 an unchanged poll writes nothing', noIdleWrites],
  ['P11 an unchanged poll writes nothing', pausedWorkIsNotWritten],
]

/** Every promise that was broken, with what shows it. */
export const check = (outside: Outside): Violation[] =>
  rules.flatMap(([promise, rule]) => rule(outside).map((what) => ({ promise, what })))
