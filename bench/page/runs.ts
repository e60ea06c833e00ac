import type { Run } from '../../lib/run/run.ts'
import { domainId, projectId } from '../../test/support/requests.ts'
import { endedRun, inFlightRun } from '../../test/support/runs.ts'

/** How many runs the page of the bench holds. */
export const runCount = 10_000

const subjectOf = (index: number) =>
  ({
    kind: 'METADATA_GENERATION',
    domainId,
    assetId: `asset-${index}`,
    revision: '1',
    types: ['BUSINESS_DESCRIPTIONS'],
  }) as const

/** A run that changed last at `atMs`: one of 100 is in flight, one of 20 has failed. */
export const runAt = (index: number, atMs: number): Run =>
  index % 100 === 0
    ? inFlightRun({
        subject: subjectOf(index),
        projectId,
        runId: `run-${index}`,
        startedAtMs: atMs,
        history: [{ atMs, what: 'started' }],
      })
    : endedRun({
        subject: subjectOf(index),
        projectId,
        runId: `run-${index}`,
        startedAtMs: atMs - 30_000,
        detectedAtMs: atMs,
        announcedAtMs: atMs,
        ending: index % 20 === 7 ? 'FAILED' : 'SUCCEEDED',
        history: [{ atMs, what: 'ended' }],
      })

/** All runs of the bench, the first changed last. */
export const allRuns = (nowMs: number): readonly Run[] =>
  Array.from({ length: runCount }, (_, index) => runAt(index, nowMs - index * 100))
