/** What test/integration/raised-alarms.test.ts does to raise each alarm on the local stack, for docs/ALARMS.md. */
export const alarmCauses = {
  'requests-dead': 'a publish event arrives, and the request queue was deleted',
  'requests-waiting': 'the starter crashes on a request, which stays in the queue',
  'starter-errors': 'the starter crashes on a request',
  'duplicate-run': 'a starter stalls past its lease, and DataZone forgets its token',
  'requests-failing': 'the table does not answer the starter',
  'catalog-role-denied': 'STS refuses the catalog role',
  'permission-missing': 'DataZone denies Start',
  'quota-exhausted': 'DataZone answers Start with 402',
  'quota-near': 'a new version of the policy lowers a cap to what is used',
  'poller-refused': 'DataZone denies Get and List',
  'sweeps-failing': 'the poller crashes in a sweep',
  'sweeps-missing': 'no sweep is invoked',
  'sweep-problems': 'EventBridge throttles the event of an ending',
  'events-refused': 'EventBridge throttles the event of an ending',
  'events-owed': 'EventBridge throttles the event of an ending that is 20 minutes old',
  'starts-stalled': 'DataZone answers Start with 500',
  'unreadable-records': 'a record of a newer version is due',
  'policy-unreadable': 'the newest version of the policy has no rules',
  'runs-lost': 'three runs never end',
  'runs-failing': 'five runs fail',
  'observer-errors': 'the observer crashes on a hint',
  'hints-waiting': 'the observer crashes on a hint, which stays in the queue',
  'rejected-requests': 'a message is not a request',
  'undelivered-events':
    'a publish event arrives, and the request queue and its dead-letter queue were deleted',
  'undelivered-hints': 'hints arrive, and the hint queue was deleted',
  'no-publishes': 'no asset is published',
  'mode-not-run': 'a request arrives in mode plan',
  'notifications-dead': 'a run fails, and the notification queue was deleted',
  'undelivered-notifications':
    'a run fails, and the notification queue and its dead-letter queue were deleted',
} as const satisfies Readonly<Record<string, string>>

/** The name of an alarm without its stack. */
export type AlarmName = keyof typeof alarmCauses
