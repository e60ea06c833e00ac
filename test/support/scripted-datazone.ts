import type {
  Answer,
  Asset,
  DataZone,
  Refusal,
  RefusalKind,
  ServiceRun,
  StartInput,
  StartSourceInput,
} from '../../lib/ports/datazone.ts'

export const answered = <T>(value: T): Answer<T> => ({ outcome: 'answered', value })

const names: Record<RefusalKind, string> = {
  INVALID: 'ValidationException',
  NOT_FOUND: 'ResourceNotFoundException',
  DENIED: 'AccessDeniedException',
  QUOTA_EXCEEDED: 'ServiceQuotaExceededException',
  CONFLICT: 'ConflictException',
  THROTTLED: 'ThrottlingException',
  UNAVAILABLE: 'InternalServerException',
}

/** Returns a refusal as the adapter classifies it: every kind is definite except UNAVAILABLE. */
export const refused = (
  kind: RefusalKind,
  over: Partial<Refusal> = {},
): { readonly outcome: 'refused'; readonly refusal: Refusal } => ({
  outcome: 'refused',
  refusal: {
    kind,
    definite: kind !== 'UNAVAILABLE',
    name: names[kind],
    message: `${kind} for a test`,
    cause: undefined,
    ...over,
  },
})

/** Returns a script whose GetAsset shows a table at this revision. */
export const showingAsset = (revision: string, over: Partial<Asset> = {}) => ({
  getAsset: async () =>
    answered({
      revision,
      owningProjectId: 'project-1',
      typeIdentifier: 'amazon.datazone.GlueTableAssetType',
      name: 'orders',
      ...over,
    }),
})

export const serviceRun = (over: Partial<ServiceRun> = {}): ServiceRun => ({
  runId: 'run-1',
  nativeStatus: 'SUBMITTED',
  types: ['BUSINESS_DESCRIPTIONS'],
  assetId: 'asset-1',
  revision: '4',
  ...over,
})

export const sourceRun = (over: Partial<ServiceRun> = {}): ServiceRun => ({
  runId: 'source-run-1',
  nativeStatus: 'REQUESTED',
  types: [],
  ...over,
})

export interface ScriptedDataZone extends DataZone {
  /**
   * Every call, in order: `GetAsset asset-1`, `Start 4`, `Start source-1`, `Get run-1`, `Cancel run-1`, `List
   * SUBMITTED`, ...
   */
  readonly calls: string[]
  readonly starts: (StartInput & { readonly abortAfterMs: number })[]
  readonly sourceStarts: StartSourceInput[]
}

/** Returns a DataZone that answers from a script and throws on any call that the script leaves out. */
export const scriptedDataZone = (script: Partial<DataZone>): ScriptedDataZone => {
  const calls: string[] = []
  const starts: ScriptedDataZone['starts'] = []
  const sourceStarts: StartSourceInput[] = []
  const answerTo = <Name extends keyof DataZone>(name: Name, call: string): DataZone[Name] => {
    calls.push(call)
    const answer = script[name]
    if (answer === undefined) throw new Error(`the script has no answer to ${call}`)
    return answer
  }
  return {
    calls,
    starts,
    sourceStarts,
    getAsset: async (domainId, assetId) => answerTo('getAsset', `GetAsset ${assetId}`)(domainId, assetId),
    startRun: async (input, abortAfterMs) => {
      starts.push({ ...input, abortAfterMs })
      return answerTo('startRun', `Start ${input.revision}`)(input, abortAfterMs)
    },
    getRun: async (domainId, runId) => answerTo('getRun', `Get ${runId}`)(domainId, runId),
    cancelRun: async (domainId, runId) => answerTo('cancelRun', `Cancel ${runId}`)(domainId, runId),
    listRuns: async (domainId, query) => {
      const page = query.nextToken === undefined ? '' : ` page ${query.nextToken}`
      return answerTo('listRuns', `List ${query.status ?? query.assetId}${page}`)(domainId, query)
    },
    startSourceRun: async (input, abortAfterMs) => {
      sourceStarts.push(input)
      return answerTo('startSourceRun', `Start ${input.dataSourceId}`)(input, abortAfterMs)
    },
    getDataSource: async (domainId, sourceId) =>
      answerTo('getDataSource', `GetDataSource ${sourceId}`)(domainId, sourceId),
    getSourceRun: async (domainId, runId) => answerTo('getSourceRun', `Get ${runId}`)(domainId, runId),
    listSourceRuns: async (domainId, query) => {
      const page = query.nextToken === undefined ? '' : ` page ${query.nextToken}`
      return answerTo('listSourceRuns', `List ${query.dataSourceId}${page}`)(domainId, query)
    },
  }
}
