import { type PageWorld, subjectOf } from '../support/page-world.ts'
import { domainId, projectId } from '../support/requests.ts'
import { endedRun, inFlightRun, parkedRun } from '../support/runs.ts'

/** Text that an attacker may put into a name or an error. */
const script = '<script>window.attacked=1</script><img src=x onerror="window.attacked=1">'
/** A name that a viewer who obeys direction characters shows as `totalexe.jpg`. */
const bidi = 'total\u202Egpj.exe'
const long = 'n'.repeat(10_240)

const nowMs = Date.now()
const monthMs = 30 * 86_400_000
const at = (what: string, agoMs = 0) => [{ atMs: nowMs - agoMs, what }]

/** Three runs that ended a month ago, before the period that the page reads unasked. */
const oldRuns = Array.from({ length: 3 }, (_, index) =>
  endedRun({
    subject: subjectOf(`old-${index}`),
    projectId,
    ending: 'CANCELED',
    detectedAtMs: nowMs - monthMs,
    announcedAtMs: nowMs - monthMs,
    history: at('CANCELED', monthMs + index),
  }),
)

/** Sixty runs of the last two minutes, seven of them failed. */
const endedRuns = Array.from({ length: 60 }, (_, index) =>
  endedRun({
    subject: subjectOf(`asset-${index}`),
    projectId,
    runId: `run-${index}`,
    startedAtMs: nowMs - 60_000 - index * 1000,
    detectedAtMs: nowMs - index * 1000,
    announcedAtMs: nowMs - index * 1000,
    ending: index % 9 === 4 ? 'FAILED' : 'SUCCEEDED',
    ...(index % 9 === 4 ? { error: { name: 'GenerationFailed', message: script } } : {}),
    history: at('SUCCEEDED', index * 1000),
  }),
)

/** Writes 65 records to the table: 3 old, 60 ended, 1 in flight, 1 parked with hostile texts. */
export const seedRuns = (world: PageWorld): void =>
  world.store.put(
    ...oldRuns,
    ...endedRuns,
    inFlightRun({
      subject: subjectOf('customers'),
      projectId,
      runId: 'run-c',
      startedAtMs: nowMs,
      history: at('started'),
    }),
    parkedRun({
      subject: subjectOf('orders'),
      projectId,
      reason: 'DENIED',
      retryAtMs: nowMs + 60_000,
      error: { name: bidi, message: long },
      history: at(script),
    }),
  )

/** Ends the run of the asset customers. */
export const endCustomersRun = (world: PageWorld): void =>
  world.store.put(
    endedRun({
      subject: subjectOf('customers'),
      projectId,
      runId: 'run-c',
      detectedAtMs: Date.now(),
      history: [{ atMs: Date.now(), what: 'SUCCEEDED after a while' }],
    }),
  )

/** Parks the request for the asset orders behind a full cap. */
export const parkOrders = (world: PageWorld): void =>
  world.store.put(
    parkedRun({
      subject: subjectOf('orders'),
      projectId,
      reason: 'CAP_FULL',
      retryAtMs: Date.now() + 60_000,
      history: [{ atMs: Date.now(), what: 'CAP_FULL' }],
    }),
  )

/** Records an ended run of the asset asset-new. */
export const addEndedRun = (world: PageWorld): void =>
  world.store.put(
    endedRun({
      subject: subjectOf('asset-new'),
      projectId,
      detectedAtMs: Date.now(),
      history: [{ atMs: Date.now(), what: 'SUCCEEDED' }],
    }),
  )

/** An event whose every text is hostile. */
export const hostileEvent = {
  version: '0',
  id: 'hostile',
  source: 'datazone-run-orchestrator',
  account: '000000000000',
  time: new Date().toISOString(),
  region: 'us-east-1',
  resources: [],
  'detail-type': script,
  detail: {
    data: { domainId, asset: { id: bidi }, error: { name: long, message: script } },
    metadata: { causationId: script },
  },
}
