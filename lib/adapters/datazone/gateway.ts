import {
  CancelMetadataGenerationRunCommand,
  type DataZoneClient,
  GetAssetCommand,
  GetDataSourceRunCommand,
  type GetDataSourceRunCommandOutput,
  GetMetadataGenerationRunCommand,
  type GetMetadataGenerationRunCommandOutput,
  ListDataSourceRunsCommand,
  ListMetadataGenerationRunsCommand,
  type RunStatisticsForAssets,
  StartDataSourceRunCommand,
  StartMetadataGenerationRunCommand,
} from '@aws-sdk/client-datazone'
import type { Answer, DataZone, ServiceRun } from '../../ports/datazone.ts'
import { classify } from './classify.ts'

const pageSize = 50

/** A run of either generation of the API: older ones tell one `type`, and no `types` or `typeStats`. */
type AnyRun = Partial<Omit<GetMetadataGenerationRunCommandOutput, '$metadata'>>

const serviceRun = (run: AnyRun): ServiceRun => {
  if (run.id === undefined) throw new Error('DataZone answered a run without an id')
  return {
    runId: run.id,
    nativeStatus: run.status ?? 'UNKNOWN',
    types: run.types ?? (run.type === undefined ? [] : [run.type]),
    ...(run.types === undefined && run.type !== undefined ? { isOlderShape: true } : {}),
    ...(run.target?.identifier === undefined ? {} : { assetId: run.target.identifier }),
    ...(run.target?.revision === undefined ? {} : { revision: run.target.revision }),
    ...(Number.isFinite(run.createdAt?.getTime()) ? { createdAtMs: Number(run.createdAt) } : {}),
    ...(run.typeStats === undefined
      ? {}
      : {
          typeStats: run.typeStats.map((stat) => ({
            type: stat.type ?? 'UNKNOWN',
            status: stat.status ?? 'UNKNOWN',
            ...(stat.errorMessage === undefined ? {} : { errorMessage: stat.errorMessage }),
          })),
        }),
  }
}

const counted = ['added', 'updated', 'unchanged', 'skipped', 'failed'] as const

/** Only the counts that were told: the SDK's own shape allows undefined. */
const sourceStatistics = (told: RunStatisticsForAssets) =>
  Object.fromEntries(counted.flatMap((name) => (told[name] === undefined ? [] : [[name, told[name]]])))

/** List leaves out the domain and the snapshot, which nobody here reads. */
type AnySourceRun = Partial<Omit<GetDataSourceRunCommandOutput, '$metadata'>>

const sourceRun = (run: AnySourceRun): ServiceRun => {
  if (run.id === undefined) throw new Error('DataZone answered a run without an id')
  const { errorMessage, lineageSummary, runStatisticsForAssets: statistics } = run
  return {
    runId: run.id,
    nativeStatus: run.status ?? 'UNKNOWN',
    types: [],
    ...(Number.isFinite(run.createdAt?.getTime()) ? { createdAtMs: Number(run.createdAt) } : {}),
    ...(statistics === undefined ? {} : { statistics: sourceStatistics(statistics) }),
    ...(lineageSummary?.importStatus === undefined ? {} : { lineageStatus: lineageSummary.importStatus }),
    ...(errorMessage === undefined
      ? {}
      : { error: { name: errorMessage.errorType ?? 'UNKNOWN', message: errorMessage.errorDetail ?? '' } }),
  }
}

const answer = async <Output, T>(call: Promise<Output>, read: (output: Output) => T): Promise<Answer<T>> => {
  try {
    return { outcome: 'answered', value: read(await call) }
  } catch (error) {
    return { outcome: 'refused', refusal: classify(error) }
  }
}

/**
 * DataZone by its SDK. `starts` must be a client that sends once (maxAttempts 1): a Start must never be sent again
 * behind our back after its lease. `reads` may retry; it sends Cancel too.
 */
export const dataZoneGateway = (clients: {
  readonly starts: DataZoneClient
  readonly reads: DataZoneClient
}): DataZone => ({
  getAsset: (domainId, assetId) =>
    answer(
      clients.reads.send(new GetAssetCommand({ domainIdentifier: domainId, identifier: assetId })),
      (asset) => {
        if (asset.revision === undefined || asset.owningProjectId === undefined) {
          throw new Error('DataZone answered an asset without a revision or project')
        }
        const { revision, owningProjectId, typeIdentifier = '', name = '' } = asset
        return { revision, owningProjectId, typeIdentifier, name }
      },
    ),

  startRun: (input, abortAfterMs) =>
    answer(
      clients.starts.send(
        new StartMetadataGenerationRunCommand({
          domainIdentifier: input.domainId,
          owningProjectIdentifier: input.projectId,
          target: { type: 'ASSET', identifier: input.assetId, revision: input.revision },
          // `type` is deprecated since 2025-11-21; the SDK would fill in a random clientToken.
          types: [...input.types],
          clientToken: input.clientToken,
        }),
        { abortSignal: AbortSignal.timeout(Math.max(1, Math.floor(abortAfterMs))) },
      ),
      serviceRun,
    ),

  getRun: (domainId, runId) =>
    answer(
      clients.reads.send(
        new GetMetadataGenerationRunCommand({ domainIdentifier: domainId, identifier: runId }),
      ),
      serviceRun,
    ),

  // Takes no clientToken: a client that sends it again does no harm.
  cancelRun: (domainId, runId) =>
    answer(
      clients.reads.send(
        new CancelMetadataGenerationRunCommand({ domainIdentifier: domainId, identifier: runId }),
      ),
      () => undefined,
    ),

  listRuns: (domainId, query) =>
    answer(
      clients.reads.send(
        new ListMetadataGenerationRunsCommand({
          domainIdentifier: domainId,
          maxResults: pageSize,
          ...(query.status === undefined ? {} : { status: query.status }),
          ...(query.assetId === undefined ? {} : { targetIdentifier: query.assetId }),
          ...(query.nextToken === undefined ? {} : { nextToken: query.nextToken }),
        }),
      ),
      (page) => ({
        runs: (page.items ?? []).map(serviceRun),
        ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }),
      }),
    ),

  startSourceRun: (input, abortAfterMs) =>
    answer(
      clients.starts.send(
        new StartDataSourceRunCommand({
          domainIdentifier: input.domainId,
          dataSourceIdentifier: input.dataSourceId,
          clientToken: input.clientToken,
        }),
        { abortSignal: AbortSignal.timeout(Math.max(1, Math.floor(abortAfterMs))) },
      ),
      sourceRun,
    ),

  getSourceRun: (domainId, runId) =>
    answer(
      clients.reads.send(new GetDataSourceRunCommand({ domainIdentifier: domainId, identifier: runId })),
      sourceRun,
    ),

  listSourceRuns: (domainId, query) =>
    answer(
      clients.reads.send(
        new ListDataSourceRunsCommand({
          domainIdentifier: domainId,
          dataSourceIdentifier: query.dataSourceId,
          maxResults: pageSize,
          ...(query.nextToken === undefined ? {} : { nextToken: query.nextToken }),
        }),
      ),
      (page) => ({
        runs: (page.items ?? []).map(sourceRun),
        ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }),
      }),
    ),
})
