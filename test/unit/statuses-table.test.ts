import { expect, test } from 'vitest'
import { acceptanceName } from '../../lib/contracts/acceptance.ts'
import { detailType, endedEvent } from '../../lib/contracts/run-event.ts'
import { parseServiceEvent, serviceEventNames } from '../../lib/contracts/service-event.ts'
import type { RefusalKind } from '../../lib/ports/datazone.ts'
import type { Breaker, BreakerCause } from '../../lib/run/breaker.ts'
import type { Run, RunKind } from '../../lib/run/run.ts'
import { knownStatuses } from '../../lib/run/service-status.ts'
import { transition } from '../../lib/run/transition.ts'
import { handleEvents } from '../../lib/usecases/observe/handle-events.ts'
import type { HintFate } from '../../lib/usecases/observe/hint-report.ts'
import { settleRuns } from '../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from '../support/manual-clock.ts'
import { memoryRunStore } from '../support/memory-run-store.ts'
import { cancelRequest, runRequest, sourceCancelRequest, sourceRunRequest } from '../support/messages.ts'
import { recordingBus, recordingQueue } from '../support/recorders.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  sourceSubject,
  subject,
  t0,
} from '../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun, sourceRun } from '../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../support/starter-world.ts'

/** docs/STATUSES.md, written from what the code does: `npx vitest run test/unit/statuses-table.test.ts -u`. */

const subjects = { METADATA_GENERATION: subject, DATA_SOURCE: sourceSubject }
const kinds: readonly RunKind[] = ['METADATA_GENERATION', 'DATA_SOURCE']
const unrecognized = 'AWAITING_REVIEW'

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n')

const recordOf = (run: Run | undefined): string => {
  if (run === undefined) return 'none'
  switch (run.state) {
    case 'ENDED':
      return `ENDED, \`${run.ending}\``
    case 'PARKED':
      return `PARKED, \`${run.reason}\``
    default:
      return run.state
  }
}

const ofStatus = (kind: RunKind, nativeStatus: string): string => {
  const before = inFlightRun({ subject: subjects[kind], nativeStatus: 'earlier' })
  const typeStats =
    kind === 'METADATA_GENERATION' ? [{ type: 'BUSINESS_NAMES', status: 'FAILED', errorMessage: 'why' }] : []
  const next = transition(before, { kind: 'OBSERVED', runId: 'run-1', nativeStatus, typeStats }, t0 + minute)
  const after = next.outcome === 'changed' ? next.run : before
  const isNoted = next.outcome === 'changed' && after.state === 'IN_FLIGHT'
  return row(
    `\`${nativeStatus}\`${nativeStatus === unrecognized ? ' (any unrecognized status)' : ''}`,
    `${recordOf(after)}${isNoted ? ', with the status and a line in its history' : ''}`,
    after.state === 'ENDED' ? endedEvent(after, { minimal: false }).detailType : 'none',
  )
}

const statuses = (kind: RunKind): string =>
  table(
    ['status', 'record', 'event'],
    [...Object.keys(knownStatuses[kind]), unrecognized].map((status) => ofStatus(kind, status)),
  )

const errors = {
  INVALID: '400 ValidationException',
  DENIED: '401 UnauthorizedException, 403 AccessDeniedException',
  QUOTA_EXCEEDED: '402 ServiceQuotaExceededException',
  NOT_FOUND: '404 ResourceNotFoundException',
  CONFLICT: '409 ConflictException',
  THROTTLED: '429 ThrottlingException',
  UNAVAILABLE: '500 InternalServerException, no answer, and any unrecognized error',
} as const satisfies Record<RefusalKind, string>
const refusals: readonly RefusalKind[] = [
  'INVALID',
  'DENIED',
  'QUOTA_EXCEEDED',
  'NOT_FOUND',
  'CONFLICT',
  'THROTTLED',
  'UNAVAILABLE',
]

const sourceRequest = sourceRunRequest()

const aboutOf = ({ reason }: BreakerCause): string =>
  reason === 'DENIED'
    ? 'all requests of its domain and project'
    : 'all requests whose types include its types'

const hours = (ms: number): string => (ms === 4 * 60 * minute ? 'four hours' : `${ms / (60 * minute)} hours`)

const untilOf = ({ cause, nextProbeAtMs }: Breaker): string =>
  cause.reason === 'QUOTA_EXCEEDED'
    ? `until a probe succeeds: every ${hours(nextProbeAtMs - t0)}, and when the month turns`
    : `until a probe is allowed: after ${(nextProbeAtMs - t0) / minute}, 2, 4, 8 min, then every 15`

const waitOf = (run: Run | undefined, breaker: Breaker | undefined): string => {
  if (run?.state !== 'PARKED') return ''
  const minutes = Math.round((run.retryAtMs - t0) / minute)
  if (breaker !== undefined) return `, with ${aboutOf(breaker.cause)}, ${untilOf(breaker)}`
  return run.retryAtMs % (24 * 60 * minute) === 0 ? ' until tomorrow' : ` for ${minutes} min`
}

const ofRefusal = async (kind: RunKind, refusal: RefusalKind): Promise<string> => {
  const answer = async () => refused(refusal)
  const world = starterWorld({
    script: {
      startRun: answer,
      startSourceRun: answer,
      getAsset: async () => refused('DENIED'),
      getDataSource: async () => answered({ status: 'READY' }),
      listRuns: async () => answered({ runs: [] }),
    },
  })
  const body = kind === 'DATA_SOURCE' ? sourceRequest : runRequest()
  const [outcome] = await world.handle(body)
  const [run] = world.store.all()
  const [event] = world.bus.events
  const [breaker] = await world.breakers.openBreakers()
  let receives = 1
  for (let [last] = [outcome]; last?.outcome === 'retry'; receives += 1)
    [last] = await world.handle(body, receives + 1)
  return row(
    errors[refusal],
    `${recordOf(run)}${outcome?.outcome === 'parked' ? waitOf(run, breaker) : ''}`,
    event?.detailType ?? 'none',
    outcome?.outcome === 'retry'
      ? `returned for seconds; parked on the ${receives === 2 ? 'second' : 'third'} receive`
      : outcome?.outcome === 'rejected'
        ? 'acknowledged, with a copy in the rejected queue'
        : 'acknowledged',
  )
}

const onStart = async (kind: RunKind): Promise<string> =>
  table(
    ['answer to Start', 'record', 'event', 'message'],
    await Promise.all(refusals.map((refusal) => ofRefusal(kind, refusal))),
  )

const ofGet = async (refusal: RefusalKind): Promise<string> => {
  const run = inFlightRun({ startedAtMs: t0 - 10 * minute })
  const store = memoryRunStore(run)
  const clock = manualClock()
  const datazone = scriptedDataZone({ getRun: async () => refused(refusal) })
  const settings = defaults.sweeper
  const settle = () =>
    settleRuns(
      store.all().flatMap((one) => (one.state === 'IN_FLIGHT' ? [one] : [])),
      { store, clock, datazone, settings, deadlineMs: Number.POSITIVE_INFINITY },
    )
  await settle()
  const once = recordOf(store.current(run))
  clock.advance(15 * minute)
  await settle()
  const after = store.current(run)
  return row(
    errors[refusal],
    once,
    recordOf(after),
    after?.state === 'ENDED' ? detailType(after.ending) : 'none',
  )
}

const beforeCancel: readonly (readonly [name: string, run: Run])[] = [
  ['PLANNED', plannedRun()],
  ['PARKED', parkedRun()],
  [
    'PARKED, with an earlier Start that may have taken effect',
    parkedRun({ reason: 'UNAVAILABLE', earlierStart: { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute } }),
  ],
  ['CLAIMED', claimedRun()],
  ['IN_FLIGHT', inFlightRun()],
  ['PARKED, of a data source', parkedRun({ subject: sourceSubject })],
  ['IN_FLIGHT, of a data source', inFlightRun({ subject: sourceSubject })],
  ['ENDED', endedRun()],
]

const ofCancel = async ([name, run]: readonly [string, Run]): Promise<string> => {
  const cancelRun = async () => ({ outcome: 'answered', value: undefined }) as const
  const world = starterWorld({ runs: [run], script: { cancelRun }, sentAtMs: t0 - minute })
  const isOfSource = run.subject.kind === 'DATA_SOURCE'
  const [outcome] = await world.outcomes(isOfSource ? sourceCancelRequest() : cancelRequest())
  const [after] = world.store.all()
  const note = after?.cancel !== undefined && after.state !== 'ENDED' ? ', to be canceled' : ''
  return row(
    name,
    `${recordOf(after)}${note}`,
    world.datazone.calls.length > 0 ? 'Cancel' : 'none',
    world.bus.events[0]?.detailType ?? 'none',
    `\`${outcome}\``,
  )
}

const eventAbout = (name: string, isOurs: boolean): string => {
  const id = name === acceptanceName ? 'asset-1' : isOurs ? 'run-1' : 'run-9'
  return JSON.stringify({
    id: 'event-1',
    time: new Date(t0 + minute).toISOString(),
    source: 'aws.datazone',
    'detail-type': name,
    detail: {
      metadata: { domain: subject.domainId, id, owningProjectId: 'project-1' },
      data: name.startsWith('Data Source') ? { dataSourceId: sourceSubject.dataSourceId } : {},
    },
  })
}

const fateWords: Readonly<Record<HintFate, string>> = {
  settled: 'settled',
  followed: 'followed, in its own record',
  known: 'nothing',
  accepted: 'noted on the run, for the repeat guard',
  early: 'looked at again, because its run id may not be recorded yet',
  undecided: 'looked at again',
  active: 'looked at again',
}

/** Returns what an event leads to, with the DataZone calls that it costs. */
const ofEvent = async (name: string, isOurs: boolean, follows: boolean): Promise<string> => {
  const read = parseServiceEvent(eventAbout(name, isOurs))
  if (read.kind === 'ignored') throw new Error(`${name} is not handled`)
  const isSource = read.kind === 'source-hint'
  const ours =
    name === acceptanceName ? endedRun() : inFlightRun({ subject: isSource ? sourceSubject : subject })
  const datazone = scriptedDataZone({
    getRun: async () => answered(serviceRun({ nativeStatus: 'SUCCEEDED' })),
    getSourceRun: async (_, runId) => answered(sourceRun({ runId, nativeStatus: 'SUCCESS' })),
  })
  const { hints } = await handleEvents([read], {
    store: memoryRunStore(...(isOurs || !isSource ? [ours] : [])),
    datazone,
    bus: recordingBus(),
    queue: recordingQueue(),
    clock: manualClock(t0 + 2 * minute),
    settings: defaults.observer,
    following: { mode: 'run', domainIds: [], followDataSourceRuns: follows ? [{}] : [] },
    deadlineMs: Number.POSITIVE_INFINITY,
  })
  const calls = datazone.calls.length === 0 ? '' : `, by ${datazone.calls.length} Get`
  return `${fateWords[hints[0]?.fate ?? 'known']}${calls}`
}

const events = async (): Promise<string> =>
  table(
    ['event', 'about a requested run', 'about a foreign run', 'foreign, with `followDataSourceRuns`'],
    await Promise.all(
      serviceEventNames.map(async (name) =>
        row(
          name,
          await ofEvent(name, true, false),
          name === acceptanceName ? 'nothing' : await ofEvent(name, false, false),
          name.startsWith('Data Source') ? await ofEvent(name, false, true) : 'the same',
        ),
      ),
    ),
  )

test('keeps docs/STATUSES.md as the code decides', async () => {
  const page = `# What each status and error leads to

What the service does with each status, refusal, event and cancel. A test compares this page with the code; to
write the page again, run \`npx vitest run test/unit/statuses-table.test.ts -u\`.

- [Look up the status of a run](#look-up-the-status-of-a-run) · [Look up a refused Start](#look-up-a-refused-start)
- [Look up an event of DataZone](#look-up-an-event-of-datazone) · [Look up a refused Get](#look-up-a-refused-get)
- [Look up a cancel](#look-up-a-cancel) · [Look up a deadline](#look-up-a-deadline)

## Look up the status of a run

Sweeps and hints read a run in flight with List or Get. An unrecognized status keeps the run active. The functions log each
unrecognized status or type once, with the run id. The SDK drops fields that it does not know, which does no harm.

### Metadata generation runs

${statuses('METADATA_GENERATION')}

Events of FAILED and PARTIALLY_SUCCEEDED runs carry \`typeStats\`, and an \`error\` that joins their messages.

### Data source runs

${statuses('DATA_SOURCE')}

Events carry \`statistics\`, \`lineageStatus\` and \`error\` where DataZone returns them. The lineage import can continue after
the run has ended; \`lineageStatus\` is its status when the ending was read.

## Look up a refused Start

Metadata generation runs:

${await onStart('METADATA_GENERATION')}

Data source runs:

${await onStart('DATA_SOURCE')}

- 401, 403 and, for metadata runs, 402 open a circuit breaker. Until it closes, its requests wait in the table without a call
  ([Clear a breaker](OPERATIONS.md#clear-a-breaker)).
- After a 403, GetAsset shows the project that owns the asset. A RunRequest that names another project is rejected. If the asset
  was transferred, or DataZone's event named a wrong project, the request parks as \`IN_TRANSFER\` and continues in the project
  that owns the asset.
- After a 409, List shows the active run. The longer it has been active, the longer the request waits. If no run is active and
  GetAsset shows a transfer, the request parks as \`IN_TRANSFER\` until the transfer is over.
- After a 409 of a data source with an earlier Start whose answer was lost, the request waits until List must show the run of
  that Start. It then adopts the one run that can be its own, or waits like any other conflict.
- After a 400 or 409 of a data source, GetDataSource shows its status. CREATING and UPDATING park as \`SOURCE_NOT_READY\`;
  DELETING and FAILED_* end as REJECTED with the data source's own error.
- A 404 that lasts five minutes ends as REJECTED.
- If an earlier Start may have taken effect, the starter looks with List before it rejects the request.

## Look up an event of DataZone

${await events()}

## Look up a refused Get

${table(
  ['answer to Get', 'record', '15 minutes later', 'event'],
  await Promise.all(refusals.map((refusal) => ofGet(refusal))),
)}

## Look up a cancel

${table(
  ['record', 'becomes', 'call', 'event', 'outcome in the log'],
  await Promise.all(beforeCancel.map(ofCancel)),
)}

If an earlier Start may have taken effect, List comes first: the starter adopts and cancels a run that List shows, and ends the
record as \`CANCELED\` once List proves that there is none. A claim is canceled when its run id is known. A run in flight ends as
DataZone shows it after Cancel. While DataZone refuses Cancel, each sweep sends it again.

## Look up a deadline

A run that Get shows as active past its deadline ends as \`TIMED_OUT\`, and so does a run that cannot be read for a whole day past
its deadline. No run is declared lost while many runs of its domain are not found.
`
  await expect(page).toMatchFileSnapshot('../../docs/STATUSES.md')
  for (const kind of kinds) expect(page).toContain(detailType('PARTIALLY_SUCCEEDED', kind))
})
