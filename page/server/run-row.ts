import { runKey, typesToRun } from '../../lib/run/identity.ts'
import { present } from '../../lib/run/present.ts'
import type { Run } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import type { RunRow } from '../shared/protocol.ts'

const longestText = 300

const errorOf = (error: { readonly name: string; readonly message: string } | undefined) =>
  error === undefined ? {} : { error: `${error.name}: ${error.message}`.slice(0, longestText) }

const keyOf = (domainId: string, target: string, record: string): string => `${domainId}|${target}|${record}`

/** A run of the index by domain and status, as a row. */
export const rowOfSummary = (run: RunSummary): RunRow => {
  const {
    assetId,
    assetName,
    dataSourceId,
    error,
    triggerKey,
    revision = triggerKey,
    types = [],
    ...rest
  } = run
  const target = assetId ?? dataSourceId ?? ''
  return {
    ...rest,
    key: keyOf(run.domainId, target, run.record),
    kind: assetId === undefined ? 'source' : 'asset',
    target,
    types,
    ...present({ name: assetName }),
    ...(revision === undefined ? {} : { revision }),
    ...errorOf(error),
  }
}

const fieldsOf = (run: Run): Partial<RunRow> => {
  switch (run.state) {
    case 'PLANNED':
    case 'CLAIMED':
      return {}
    case 'PARKED':
      return { reason: run.reason, retryAtMs: run.retryAtMs, ...errorOf(run.error) }
    case 'IN_FLIGHT':
      return { runId: run.runId, startedAtMs: run.startedAtMs, nativeStatus: run.nativeStatus }
    case 'ENDED':
      return {
        detectedAtMs: run.detectedAtMs,
        ...(run.runId === undefined ? {} : { runId: run.runId }),
        ...(run.startedAtMs === undefined ? {} : { startedAtMs: run.startedAtMs }),
        ...(run.nativeStatus === undefined ? {} : { nativeStatus: run.nativeStatus }),
        ...errorOf(run.error),
      }
    default:
      return run satisfies never
  }
}

const revisionOf = ({ subject }: Run): Partial<RunRow> => {
  if (subject.kind === 'METADATA_GENERATION')
    return subject.revision === undefined ? {} : { revision: subject.revision }
  return 'triggerKey' in subject ? { revision: subject.triggerKey } : {}
}

/** A record, as a row. */
export const rowOfRun = (run: Run): RunRow => {
  const { subject } = run
  const target = 'assetId' in subject ? subject.assetId : subject.dataSourceId
  const { record } = runKey(run)
  return {
    key: keyOf(subject.domainId, target, record),
    domainId: subject.domainId,
    projectId: run.projectId,
    kind: 'assetId' in subject ? 'asset' : 'source',
    target,
    record,
    types: typesToRun(run),
    attempt: run.attempt,
    ...present({ name: run.assetName, projectName: run.projectName }),
    status: run.state === 'ENDED' ? run.ending : run.state,
    createdAtMs: run.createdAtMs,
    updatedAtMs: run.history.at(-1)?.atMs ?? run.createdAtMs,
    ...revisionOf(run),
    ...fieldsOf(run),
  }
}

/** Whether a row is about work that has not ended. */
export const isOpenRow = ({ status }: RunRow): boolean =>
  status === 'CLAIMED' || status === 'PARKED' || status === 'IN_FLIGHT'
