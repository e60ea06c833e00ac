import {
  CancelMetadataGenerationRunCommand,
  type DataZoneClient,
  GetAssetCommand,
  GetDataSourceCommand,
  GetDataSourceRunCommand,
  GetMetadataGenerationRunCommand,
  ListDataSourceRunsCommand,
  ListMetadataGenerationRunsCommand,
  StartDataSourceRunCommand,
  StartMetadataGenerationRunCommand,
} from '@aws-sdk/client-datazone'
import type { ApiSetting, DataZone, ReportUnreadableFields, StartInput } from '../../ports/datazone.ts'
import { present } from '../../run/present.ts'
import { answer } from './answer.ts'
import { type ApiGeneration, startByGeneration } from './api-generation.ts'
import { keepBodies } from './raw-answer.ts'
import { readAnswer } from './read-answer.ts'

const pageSize = 50

interface GatewayParts {
  /** Must send once (maxAttempts 1): no Start may be repeated unseen after its lease. */
  readonly starts: DataZoneClient
  /** May retry; sends Cancel too. */
  readonly reads: DataZoneClient
  readonly api?: ApiSetting
  readonly report?: ReportUnreadableFields
}

const startCommand = (input: StartInput, generation: ApiGeneration) => {
  const common = {
    domainIdentifier: input.domainId,
    owningProjectIdentifier: input.projectId,
    target: { type: 'ASSET' as const, identifier: input.assetId, revision: input.revision },
    // Without a token the SDK would send a random one.
    clientToken: input.clientToken,
  }
  const types = [...input.types]
  return generation === 'older'
    ? new StartMetadataGenerationRunCommand({ ...common, ...present({ type: types[0] }) })
    : new StartMetadataGenerationRunCommand({ ...common, types })
}

const abortedAfter = (ms: number) => ({ abortSignal: AbortSignal.timeout(Math.max(1, Math.floor(ms))) })

/** Starts of metadata runs, in the generation of the API that each domain has. */
const metadataStarts = (starts: DataZoneClient, api: ApiSetting, report: ReportUnreadableFields) => {
  const olderDomains = new Set<string>()

  return (input: StartInput, abortAfterMs: number): ReturnType<DataZone['startRun']> => {
    const options = abortedAfter(abortAfterMs)
    return startByGeneration({ api, olderDomains }, input, (generation) =>
      answer(
        {
          operation: 'StartMetadataGenerationRun',
          send: () => starts.send(startCommand(input, generation), options),
          read: readAnswer.startedRun,
        },
        report,
      ),
    )
  }
}

/** Calls about metadata runs, except Start. */
const metadataRunCalls = (
  client: DataZoneClient,
  report: ReportUnreadableFields,
): Pick<DataZone, 'getAsset' | 'getRun' | 'cancelRun' | 'listRuns'> => ({
  getAsset(domainIdentifier, identifier) {
    const send = () => client.send(new GetAssetCommand({ domainIdentifier, identifier }))
    return answer({ operation: 'GetAsset', send, read: readAnswer.asset }, report)
  },

  getRun(domainIdentifier, identifier) {
    const send = () => client.send(new GetMetadataGenerationRunCommand({ domainIdentifier, identifier }))
    return answer({ operation: 'GetMetadataGenerationRun', send, read: readAnswer.run }, report)
  },

  // Takes no clientToken; repeating it is harmless.
  cancelRun(domainIdentifier, identifier) {
    const send = () => client.send(new CancelMetadataGenerationRunCommand({ domainIdentifier, identifier }))
    return answer({ operation: 'CancelMetadataGenerationRun', send, read: () => undefined }, report)
  },

  listRuns(domainIdentifier, { status, assetId, nextToken }) {
    const command = new ListMetadataGenerationRunsCommand({
      domainIdentifier,
      maxResults: pageSize,
      ...present({ status, targetIdentifier: assetId, nextToken }),
    })
    const send = () => client.send(command)
    return answer({ operation: 'ListMetadataGenerationRuns', send, read: readAnswer.runs }, report)
  },
})

/** Calls about data source runs, except Start. */
const sourceRunCalls = (
  client: DataZoneClient,
  report: ReportUnreadableFields,
): Pick<DataZone, 'getDataSource' | 'getSourceRun' | 'listSourceRuns'> => ({
  getDataSource(domainIdentifier, identifier) {
    const send = () => client.send(new GetDataSourceCommand({ domainIdentifier, identifier }))
    return answer({ operation: 'GetDataSource', send, read: readAnswer.dataSource }, report)
  },

  getSourceRun(domainIdentifier, identifier) {
    const send = () => client.send(new GetDataSourceRunCommand({ domainIdentifier, identifier }))
    return answer({ operation: 'GetDataSourceRun', send, read: readAnswer.sourceRun }, report)
  },

  listSourceRuns(domainIdentifier, { dataSourceId, nextToken }) {
    const command = new ListDataSourceRunsCommand({
      domainIdentifier,
      dataSourceIdentifier: dataSourceId,
      maxResults: pageSize,
      ...present({ nextToken }),
    })
    const send = () => client.send(command)
    return answer({ operation: 'ListDataSourceRuns', send, read: readAnswer.sourceRuns }, report)
  },
})

/** DataZone through its SDK clients. Answers are read leniently (lib/adapters/datazone/read-answer.ts). */
export const dataZoneGateway = ({
  starts,
  reads,
  api = 'auto',
  report = () => {},
}: GatewayParts): DataZone => {
  keepBodies(starts)
  keepBodies(reads)
  return {
    ...metadataRunCalls(reads, report),
    ...sourceRunCalls(reads, report),
    startRun: metadataStarts(starts, api, report),
    startSourceRun: ({ domainId, dataSourceId, clientToken }, abortAfterMs) => {
      const options = abortedAfter(abortAfterMs)
      return answer(
        {
          operation: 'StartDataSourceRun',
          send: () =>
            starts.send(
              new StartDataSourceRunCommand({
                domainIdentifier: domainId,
                dataSourceIdentifier: dataSourceId,
                clientToken,
              }),
              options,
            ),
          read: readAnswer.startedSourceRun,
        },
        report,
      )
    },
  }
}
