import { classify } from '../../../lib/adapters/datazone/classify.ts'
import type { Answer, DataZone, ServiceRun } from '../../../lib/ports/datazone.ts'
import type { Answer as ServiceAnswer } from '../../../local/datazone/calls/answer.ts'
import type { DataZone as SimulatedDataZone } from '../../../local/datazone/datazone.ts'
import type { OperationName, Output } from '../../../local/datazone/operations/operations.ts'
import type { Step } from './port-call.ts'

const pageSize = 50

/** What the SDK would throw for an error of the service. */
const sdkError = ({ name, message, status }: { name: string; message: string; status: number }): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } })

const refused = (error: Error): Answer<never> => ({ outcome: 'refused', refusal: classify(error) })

type RunOutput =
  | Output<'StartMetadataGenerationRun'>
  | Output<'GetMetadataGenerationRun'>
  | Output<'ListMetadataGenerationRuns'>['items'][number]

type SourceRunOutput =
  | Output<'StartDataSourceRun'>
  | Output<'GetDataSourceRun'>
  | Output<'ListDataSourceRuns'>['items'][number]

const sourceRun = (run: SourceRunOutput): ServiceRun => ({
  runId: run.id,
  nativeStatus: run.status,
  types: [],
  createdAtMs: run.createdAt.getTime(),
  ...(run.runStatisticsForAssets === undefined ? {} : { statistics: run.runStatisticsForAssets }),
  ...(run.lineageSummary === undefined ? {} : { lineageStatus: run.lineageSummary.importStatus }),
  ...(run.errorMessage === undefined
    ? {}
    : { error: { name: run.errorMessage.errorType, message: run.errorMessage.errorDetail } }),
})

/** Of an older deployment only `type` is told. */
const typesOf = (told: {
  readonly types?: readonly string[]
  readonly type: string | undefined
}): Pick<ServiceRun, 'types' | 'isOlderShape'> => {
  if (told.types !== undefined) return { types: [...told.types] }
  return told.type === undefined ? { types: [] } : { types: [told.type], isOlderShape: true }
}

const serviceRun = (run: RunOutput): ServiceRun => ({
  runId: run.id,
  nativeStatus: run.status,
  ...typesOf(run),
  createdAtMs: run.createdAt.getTime(),
  ...('target' in run ? { assetId: run.target.identifier, revision: run.target.revision } : {}),
  ...('typeStats' in run && run.typeStats !== undefined
    ? { typeStats: run.typeStats.map((stat) => ({ ...stat })) }
    : {}),
})

/**
 * DataZone as the process of this step sees it: the simulator's own core, without a wire. Faults of the service are set
 * on its control; the step adds those of the way there and back.
 */
export const dataZoneFor = (step: Step, { call }: SimulatedDataZone): DataZone => {
  const ask = async <Name extends OperationName, T>(
    operation: Name,
    input: object,
    read: (output: Output<Name>) => T,
    about: string,
    giveUpAfterMs?: number,
  ): Promise<Answer<T>> => {
    const answer = await step<ServiceAnswer<Output<Name>> | { readonly cause: Error }>({
      name: `datazone.${operation}`,
      about,
      // Start is sent once; reads may be sent again, which no one can tell.
      resends: false,
      unreachable: (cause) => ({ cause }),
      effect: () => call(operation, input),
      answerDelayMs: (given) => ('cause' in given ? 0 : given.delayMs),
      ...(giveUpAfterMs === undefined ? {} : { giveUpAfterMs }),
    })
    if ('cause' in answer) return refused(answer.cause)
    if (answer.lost) return refused(new Error('the connection broke'))
    return answer.outcome === 'ok'
      ? { outcome: 'answered', value: read(answer.output) }
      : refused(sdkError(answer.error))
  }

  return {
    getAsset: (domainId, assetId) =>
      ask(
        'GetAsset',
        { domainIdentifier: domainId, identifier: assetId },
        ({ revision, owningProjectId, typeIdentifier, name }) => ({
          revision,
          owningProjectId,
          typeIdentifier,
          name,
        }),
        assetId,
      ),

    startRun: (input, abortAfterMs) =>
      ask(
        'StartMetadataGenerationRun',
        {
          domainIdentifier: input.domainId,
          owningProjectIdentifier: input.projectId,
          target: { type: 'ASSET', identifier: input.assetId, revision: input.revision },
          types: [...input.types],
          clientToken: input.clientToken,
        },
        serviceRun,
        input.clientToken,
        Math.max(1, Math.floor(abortAfterMs)),
      ),

    getRun: (domainId, runId) =>
      ask('GetMetadataGenerationRun', { domainIdentifier: domainId, identifier: runId }, serviceRun, runId),

    cancelRun: (domainId, runId) =>
      ask(
        'CancelMetadataGenerationRun',
        { domainIdentifier: domainId, identifier: runId },
        () => undefined,
        runId,
      ),

    listRuns: (domainId, query) =>
      ask(
        'ListMetadataGenerationRuns',
        {
          domainIdentifier: domainId,
          maxResults: pageSize,
          ...(query.status === undefined ? {} : { status: query.status }),
          ...(query.assetId === undefined ? {} : { targetIdentifier: query.assetId }),
          ...(query.nextToken === undefined ? {} : { nextToken: query.nextToken }),
        },
        ({ items, nextToken }) => ({
          runs: items.map(serviceRun),
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
        query.status ?? query.assetId ?? '',
      ),

    startSourceRun: (input, abortAfterMs) =>
      ask(
        'StartDataSourceRun',
        {
          domainIdentifier: input.domainId,
          dataSourceIdentifier: input.dataSourceId,
          clientToken: input.clientToken,
        },
        sourceRun,
        input.clientToken,
        Math.max(1, Math.floor(abortAfterMs)),
      ),

    getSourceRun: (domainId, runId) =>
      ask('GetDataSourceRun', { domainIdentifier: domainId, identifier: runId }, sourceRun, runId),

    listSourceRuns: (domainId, query) =>
      ask(
        'ListDataSourceRuns',
        {
          domainIdentifier: domainId,
          dataSourceIdentifier: query.dataSourceId,
          maxResults: pageSize,
          ...(query.nextToken === undefined ? {} : { nextToken: query.nextToken }),
        },
        ({ items, nextToken }) => ({
          runs: items.map(sourceRun),
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
        query.dataSourceId,
      ),
  }
}
