import type { Run } from '../../run/run.ts'

/** A call to DataZone that a record's history shows, and what DataZone answered. */
export interface CallMade {
  readonly atMs: number
  /** The operation; "GetMetadataGenerationRun or ListMetadataGenerationRuns" where the history does not tell them apart. */
  readonly call: string
  readonly answer: string
}

/** Errors of our own: DataZone did not answer with them. */
const ownErrors: ReadonlySet<string> = new Set([
  'BreakerOpen',
  'CapFull',
  'OutOfTime',
  'Paused',
  'RunOnAnotherRecord',
  'StartUnknown',
  'TooOld',
  'UnclearRun',
  'UnreadableListItem',
  'WaitedTooLong',
])

/** Reasons of our own for parking a request, for which DataZone is not asked. */
const ownReasons: ReadonlySet<string> = new Set([
  'BACKFILL',
  'BEHIND',
  'CAP_FULL',
  'PACED',
  'PAUSED',
  'RETRY',
  'SOURCE_DAY_FULL',
])

const endingPattern =
  /^(?:seen later as )?(SUCCEEDED|PARTIALLY_SUCCEEDED|FAILED|CANCELED|SUCCESS|unrecognized status .+)$/

const operationsOf = (run: Run) =>
  run.subject.kind === 'METADATA_GENERATION'
    ? {
        look: 'GetAsset',
        start: 'StartMetadataGenerationRun',
        get: 'GetMetadataGenerationRun',
        read: 'GetMetadataGenerationRun or ListMetadataGenerationRuns',
      }
    : {
        look: 'GetDataSource',
        start: 'StartDataSourceRun',
        get: 'GetDataSourceRun',
        read: 'GetDataSourceRun or ListDataSourceRuns',
      }

/** The message of the newest refusal; older ones keep their name only. */
const messageOf = (run: Run, name: string): string =>
  'error' in run && run.error?.name === name ? `${name}: ${run.error.message}` : name

/** The call that a line of the history shows. `isClaimed`: the starter had claimed the run, so Start was the next call. */
const callOf = (
  run: Run,
  what: string,
  isClaimed: boolean,
): { readonly call: string; readonly answer: string } | undefined => {
  const { look, start, get, read } = operationsOf(run)
  const [, runId] = /^started as ([\w-]+)/.exec(what) ?? []
  if (runId !== undefined) return { call: start, answer: `run ${runId}` }
  const [, reason = '', parkedFor] = /^parked: (\w+) \((\w+)\)$/.exec(what) ?? []
  const error = what.startsWith('REJECTED: ') && 'error' in run ? run.error?.name : parkedFor
  if (error !== undefined)
    return ownErrors.has(error) || ownReasons.has(reason)
      ? undefined
      : { call: isClaimed ? start : look, answer: messageOf(run, error) }
  if (what === 'not found') return { call: get, answer: '404' }
  if (what === 'cancel accepted') return { call: 'CancelMetadataGenerationRun', answer: 'accepted' }
  const [, ending] = endingPattern.exec(what) ?? []
  if (ending === undefined || !('runId' in run)) return undefined
  return { call: 'typeStats' in run && run.typeStats !== undefined ? get : read, answer: ending }
}

/** Returns the call that each line of a record's history shows, in the order of the history. */
export const callsByLine = (run: Run): readonly (CallMade | undefined)[] => {
  let isClaimed = false
  return run.history.map(({ atMs, what }) => {
    const call = callOf(run, what, isClaimed)
    if (/^(claimed|parked|released|lease ended)/.test(what)) isClaimed = what === 'claimed'
    return call && { atMs, ...call }
  })
}

/**
 * Returns the calls that a record's history shows, oldest first. The history keeps what changed the record, so calls
 * that changed nothing (each look at a run that still runs) are not among them.
 */
export const callsMade = (run: Run): readonly CallMade[] => callsByLine(run).flatMap((call) => call ?? [])
