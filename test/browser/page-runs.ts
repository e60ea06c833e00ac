import { type PageWorld, subjectOf } from '../support/page-world.ts'
import { projectId } from '../support/requests.ts'
import { endedRun, inFlightRun, parkedRun } from '../support/runs.ts'

/** Text that an attacker would plant in a name or an error. */
export const script = '<script>window.attacked=1</script><img src=x onerror="window.attacked=1">'
/** A name that reads as `totalexe.jpg` where direction characters are obeyed. */
export const bidi = 'total\u202Egpj.exe'
export const long = 'n'.repeat(10_240)

const nowMs = Date.now()
const monthMs = 30 * 86_400_000
const at = (what: string, agoMs = 0) => [{ atMs: nowMs - agoMs, what }]

/** Three runs that ended a month ago, longer ago than the page reads by itself. */
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

/** Gives the table 65 records: 3 old, 60 ended, 1 in flight, 1 parked with hostile texts. */
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
