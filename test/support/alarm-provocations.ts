import { expect } from 'vitest'
import bundledPolicy from '../../config/policy.json' with { type: 'json' }
import type { AlarmName } from '../../infra/alarm-causes.ts'
import type { MetadataRunRequest } from '../../lib/contracts/run-request.ts'
import type { TappedRequest } from '../../local/servers/tap.ts'
import { crashPoints } from '../integration/crash/crash-points.ts'
import { type AlarmWorld, projectOf } from './alarm-world.ts'
import { domainId, publishedEvent, runRequest } from './requests.ts'

/** A way to raise an alarm. */
interface Provocation {
  readonly provoke: (world: AlarmWorld) => Promise<unknown>
  /** Whether the alarm watches metrics of a sweep, so that the test must sweep after the cause. */
  readonly isSwept?: true
  /** The state in which the alarm notifies, if not ALARM: an alarm on missing data notifies in INSUFFICIENT_DATA. */
  readonly state?: 'INSUFFICIENT_DATA'
}

const numbered = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`)
const endless = numbered('endless', 3)
const failing = numbered('failing', 5)

/** The assets that the provocations use, and one (`healthy`) whose run must raise no alarm. */
export const provokedAssets: readonly string[] = [
  ...[
    'healthy',
    'crash-1',
    'crash-2',
    'twice',
    'no-table',
    'no-role',
    'denied',
    'quota',
    'secret',
    'owed',
    'no-start',
  ],
  ...['planned', ...endless, ...failing],
]

const publish = ({ stack }: AlarmWorld, assetId: string) =>
  stack.publishServiceEvent(publishedEvent(assetId, `published-${assetId}`, projectOf(assetId)))

const request = ({ send }: AlarmWorld, assetId: string, over: Partial<MetadataRunRequest> = {}) =>
  send(runRequest(assetId, { projectId: projectOf(assetId), ...over }))

const isAbout = (assetId: string) => (call: TappedRequest) => call.body.includes(`"${assetId}"`)
const step = (name: string, assetId: string) => (call: TappedRequest) =>
  crashPoints.some((point) => point.step === name && point.assetsAt(call).includes(assetId))

/** Records an ending while the bus refuses the events of endings. */
const withholdEnding = async (world: AlarmWorld) => {
  world.stack.setEventFault(({ DetailType }) =>
    DetailType?.endsWith('Started') === true ? undefined : 'ThrottlingException',
  )
  if ((await world.recordsOf('owed')).length === 0) await request(world, 'owed')
  await world.sweepUntil(async () =>
    expect(await world.recordsOf('owed')).toMatchObject([{ state: 'ENDED' }]),
  )
}

const crashStarter = (assetId: string) => async (world: AlarmWorld) => {
  world.tap({ service: 'datazone', when: 'before', action: 'crash', match: step('Start', assetId) })
  await request(world, assetId)
}

const publishHint = ({ stack, control }: AlarmWorld) => {
  const detail = { metadata: { domain: domainId, id: control.runs()[0]?.id } }
  stack.publishServiceEvent({
    source: 'aws.datazone',
    'detail-type': 'Metadata Generation Succeeded',
    detail,
  })
}

/** Crashes the observer on its query by run id, which no other function makes. */
const crashObserver = async (world: AlarmWorld) => {
  const match = ({ body }: TappedRequest) => body.includes('"byRunId"')
  world.tap({ service: 'dynamodb', when: 'before', action: 'crash', match })
  publishHint(world)
}

/**
 * Holds a starter before it records its run id, until another starter has taken over the claim and recorded a second
 * run.
 */
const outlastLease = async (world: AlarmWorld) => {
  const { tap, control, sweepUntil, recordsOf } = world
  // On a busy machine a Start can take longer than a second. One without an answer would park, and its run be adopted.
  await world.redeploy({ START_TIMEOUT_SECONDS: '3', LEASE_SECONDS: '4' })
  control.changeSettings({ conflictWhileRunning: false })
  const isRecording = step('recording the run id', 'twice')
  let held: string | undefined
  tap({
    service: 'dynamodb',
    when: 'before',
    // The client sends the write again after its time limit: every try of the first starter is held.
    match: (call) => isRecording(call) && (held === undefined || call.environmentId === held),
    times: 100,
    action: async ({ environmentId }) => {
      held ??= environmentId
      control.forgetTokens()
      await sweepUntil(async () => expect((await recordsOf('twice'))[0]?.runId).toBeDefined())
    },
  })
  await request(world, 'twice')
}

/** Withholds an ending and moves its detection back by 20 minutes. */
const ageEnding = async (world: AlarmWorld) => {
  await withholdEnding(world)
  const item = await world.table.recordItem('owed')
  await world.table.put({ ...item, detectedAtMs: { N: String(Date.now() - 20 * 60_000) } })
}

const putPolicy = (world: AlarmWorld, version: number, file: unknown) =>
  world.table.policies.put({ version, putAtMs: Date.now(), putBy: 'test', file })

const start = 'StartMetadataGenerationRun'

/** How to raise each alarm. Provocations that fill a cap or delete queues affect later ones, so they come last. */
export const provocations: Readonly<Record<AlarmName, Provocation>> = {
  'requests-waiting': { provoke: crashStarter('crash-1') },
  'starter-errors': { provoke: crashStarter('crash-2') },
  'duplicate-run': { provoke: outlastLease },
  'requests-failing': {
    provoke: async (world) => {
      world.tap({
        service: 'dynamodb',
        when: 'before',
        action: 'hang up',
        times: 1000,
        match: isAbout('no-table'),
      })
      await request(world, 'no-table')
    },
  },
  'catalog-role-denied': {
    provoke: async (world) => {
      const CATALOG_ROLE_ARN = 'arn:aws:iam::111122223333:role/catalog'
      await world.redeploy({ CATALOG_ROLE_ARN, AWS_ENDPOINT_URL_STS: world.stsEndpoint })
      await request(world, 'no-role')
    },
  },
  'permission-missing': {
    isSwept: true,
    provoke: async (world) => {
      world.control.setFaults([
        { kind: 'error', error: 'AccessDeniedException', operation: start, target: 'denied' },
      ])
      await request(world, 'denied')
    },
  },
  'quota-exhausted': {
    isSwept: true,
    provoke: async (world) => {
      world.control.setFaults([
        { kind: 'error', error: 'ServiceQuotaExceededException', operation: start, target: 'quota' },
      ])
      await request(world, 'quota', { types: ['BUSINESS_NAMES'] })
    },
  },
  'poller-refused': {
    isSwept: true,
    provoke: async (world) => {
      world.control.setOutcomes([{ target: 'secret', outcome: 'stuck' }])
      world.control.setFaults(
        ['GetMetadataGenerationRun', 'ListMetadataGenerationRuns'].map((operation) => ({
          kind: 'error',
          error: 'AccessDeniedException',
          operation,
        })),
      )
      await request(world, 'secret')
    },
  },
  'sweeps-failing': {
    isSwept: true,
    provoke: async ({ tap }) =>
      tap({
        service: 'dynamodb',
        when: 'before',
        action: 'crash',
        match: ({ body }) => body.includes('"work"'),
      }),
  },
  'sweeps-missing': { provoke: async () => {}, state: 'INSUFFICIENT_DATA' },
  'sweep-problems': { provoke: withholdEnding, isSwept: true },
  'events-refused': { provoke: withholdEnding, isSwept: true },
  'events-owed': { provoke: ageEnding, isSwept: true },
  'starts-stalled': {
    isSwept: true,
    provoke: async (world) => {
      world.control.setFaults([
        { kind: 'error', error: 'InternalServerException', operation: start, target: 'no-start' },
      ])
      await request(world, 'no-start')
    },
  },
  'unreadable-records': {
    isSwept: true,
    provoke: async ({ table }) => {
      const item = await table.recordItem('healthy')
      const due = { workShard: { S: 'WORK' }, workAt: { N: '1' } }
      await table.put({ ...item, ...due, pk: { S: 'ASSET#newer' }, schemaVersion: { N: '99' } })
    },
  },
  'runs-lost': {
    isSwept: true,
    provoke: async (world) => {
      await world.redeploy({ RUN_DEADLINE_SECONDS: '0.1' })
      world.control.setOutcomes(endless.map((target) => ({ target, outcome: 'stuck' })))
      for (const assetId of endless) await request(world, assetId)
    },
  },
  'runs-failing': {
    isSwept: true,
    provoke: async (world) => {
      world.control.setOutcomes(failing.map((target) => ({ target, outcome: 'failed' })))
      for (const assetId of failing) await request(world, assetId)
    },
  },
  'hints-waiting': { provoke: crashObserver },
  'observer-errors': { provoke: crashObserver },
  'rejected-requests': { provoke: ({ send }) => send('not a request') },
  'no-publishes': { provoke: async () => {}, state: 'INSUFFICIENT_DATA' },
  'mode-not-run': {
    provoke: async (world) => {
      await world.redeploy({ MODE: 'plan' })
      publish(world, 'planned')
    },
  },
  'quota-near': {
    isSwept: true,
    provoke: async (world) => {
      const caps = [{ name: 'descriptions', type: 'BUSINESS_DESCRIPTIONS', perMonth: 1 }]
      await putPolicy(world, 1, { ...bundledPolicy, caps })
      await world.redeploy()
    },
  },
  'policy-unreadable': {
    isSwept: true,
    provoke: async (world) => {
      await putPolicy(world, 2, { ...bundledPolicy, rules: undefined })
      await world.redeploy()
    },
  },
  'requests-dead': {
    provoke: async (world) => {
      await world.deleteQueue('RequestQueue')
      publish(world, 'healthy')
    },
  },
  'undelivered-events': {
    provoke: async (world) => {
      await world.deleteQueue('RequestQueue')
      await world.deleteQueue('RequestDeadLetterQueue')
      publish(world, 'healthy')
    },
  },
  'undelivered-hints': {
    provoke: async (world) => {
      await world.deleteQueue('HintQueue')
      publishHint(world)
    },
  },
  'notifications-dead': {
    provoke: async ({ deleteQueue, putFailedEvent }) => {
      await deleteQueue('NotificationQueue')
      await putFailedEvent()
    },
  },
  'undelivered-notifications': {
    provoke: async ({ deleteQueue, putFailedEvent }) => {
      await deleteQueue('NotificationQueue')
      await deleteQueue('NotificationDeadLetterQueue')
      await putFailedEvent()
    },
  },
}
