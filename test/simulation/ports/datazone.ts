import { startByGeneration } from '../../../lib/adapters/datazone/api-generation.ts'
import { type ReportUnreadable, readAnswer } from '../../../lib/adapters/datazone/read-answer.ts'
import { signAnew } from '../../../lib/adapters/datazone/sign-anew.ts'
import type { Answer, DataZone } from '../../../lib/ports/datazone.ts'
import { present } from '../../../lib/run/present.ts'
import type { Answer as ServiceAnswer } from '../../../local/datazone/calls/answer.ts'
import type { DataZone as SimulatedDataZone } from '../../../local/datazone/datazone.ts'
import type { OperationName, Output } from '../../../local/datazone/operations/operations.ts'
import { readServiceAnswer, unreached } from './datazone-answer.ts'
import type { Step } from './port-call.ts'

const pageSize = 50

interface Call<T> {
  readonly operation: OperationName
  readonly input: object
  readonly read: (body: unknown, report: ReportUnreadable) => T
  readonly about: string
  readonly giveUpAfterMs?: number
}

/** Domains that were found to have the older API. Processes that share this set know them. */
export type OlderDomains = Set<string>

/**
 * Returns DataZone as the process of this step sees it: the simulator's core without HTTP, and the production code that
 * reads its answers. Faults of the service are set on the simulator's control; the step adds those of the network.
 */
export const dataZoneFor = (
  step: Step,
  { call }: SimulatedDataZone,
  olderDomains: OlderDomains = new Set(),
): DataZone => {
  const sendOnce = async <T>({
    operation,
    input,
    read,
    about,
    giveUpAfterMs,
  }: Call<T>): Promise<Answer<T>> => {
    const answer = await step<ServiceAnswer<Output<OperationName>> | { readonly cause: Error }>({
      name: `datazone.${operation}`,
      about,
      // Start is sent once. A read may be sent again, but that has no visible effect.
      resends: false,
      unreachable: (cause) => ({ cause }),
      effect: () => call(operation, input),
      answerDelayMs: (given) => ('cause' in given ? 0 : given.delayMs),
      ...present({ giveUpAfterMs }),
    })
    return 'cause' in answer ? unreached(answer.cause) : readServiceAnswer(operation, answer, read)
  }

  const send = <T>(call: Call<T>): Promise<Answer<T>> => signAnew(() => sendOnce(call))

  return {
    getAsset: (domainId, assetId) =>
      send({
        operation: 'GetAsset',
        input: { domainIdentifier: domainId, identifier: assetId },
        read: readAnswer.asset,
        about: assetId,
      }),

    startRun: (start, abortAfterMs) =>
      startByGeneration({ api: 'auto', olderDomains }, start, (generation) =>
        send({
          operation: 'StartMetadataGenerationRun',
          input: {
            domainIdentifier: start.domainId,
            owningProjectIdentifier: start.projectId,
            target: { type: 'ASSET', identifier: start.assetId, revision: start.revision },
            ...(generation === 'older' ? { type: start.types[0] } : { types: [...start.types] }),
            clientToken: start.clientToken,
          },
          read: readAnswer.startedRun,
          about: start.clientToken,
          giveUpAfterMs: Math.max(1, Math.floor(abortAfterMs)),
        }),
      ),

    getRun: (domainId, runId) =>
      send({
        operation: 'GetMetadataGenerationRun',
        input: { domainIdentifier: domainId, identifier: runId },
        read: readAnswer.run,
        about: runId,
      }),

    cancelRun: (domainId, runId) =>
      send({
        operation: 'CancelMetadataGenerationRun',
        input: { domainIdentifier: domainId, identifier: runId },
        read: () => undefined,
        about: runId,
      }),

    listRuns: (domainId, { status, assetId, nextToken }) =>
      send({
        operation: 'ListMetadataGenerationRuns',
        input: {
          domainIdentifier: domainId,
          maxResults: pageSize,
          ...present({ status, targetIdentifier: assetId, nextToken }),
        },
        read: readAnswer.runs,
        about: status ?? assetId ?? '',
      }),

    startSourceRun: (start, abortAfterMs) =>
      send({
        operation: 'StartDataSourceRun',
        input: {
          domainIdentifier: start.domainId,
          dataSourceIdentifier: start.dataSourceId,
          clientToken: start.clientToken,
        },
        read: readAnswer.startedSourceRun,
        about: start.clientToken,
        giveUpAfterMs: Math.max(1, Math.floor(abortAfterMs)),
      }),

    getDataSource: (domainId, dataSourceId) =>
      send({
        operation: 'GetDataSource',
        input: { domainIdentifier: domainId, identifier: dataSourceId },
        read: readAnswer.dataSource,
        about: dataSourceId,
      }),

    getSourceRun: (domainId, runId) =>
      send({
        operation: 'GetDataSourceRun',
        input: { domainIdentifier: domainId, identifier: runId },
        read: readAnswer.sourceRun,
        about: runId,
      }),

    listSourceRuns: (domainId, { dataSourceId, nextToken }) =>
      send({
        operation: 'ListDataSourceRuns',
        input: {
          domainIdentifier: domainId,
          dataSourceIdentifier: dataSourceId,
          maxResults: pageSize,
          ...present({ nextToken }),
        },
        read: readAnswer.sourceRuns,
        about: dataSourceId,
      }),
  }
}
