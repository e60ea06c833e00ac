import { assertInput } from '../model/validation.ts'
import type { World } from '../world/world.ts'
import {
  type CancelInput,
  type CancelOutput,
  cancelMetadataGenerationRun,
} from './cancel-metadata-generation-run.ts'
import { type GetAssetInput, type GetAssetOutput, getAsset } from './get-asset.ts'
import {
  type GetDataSourceRunInput,
  type GetDataSourceRunOutput,
  getDataSourceRun,
} from './get-data-source-run.ts'
import {
  type GetRunInput,
  type GetRunOutput,
  getMetadataGenerationRun,
} from './get-metadata-generation-run.ts'
import {
  type ListDataSourceRunsInput,
  type ListDataSourceRunsOutput,
  listDataSourceRuns,
} from './list-data-source-runs.ts'
import {
  type ListInput,
  type ListOutput,
  listMetadataGenerationRuns,
} from './list-metadata-generation-runs.ts'
import {
  type StartDataSourceRunInput,
  type StartDataSourceRunOutput,
  startDataSourceRun,
} from './start-data-source-run.ts'
import {
  type StartInput,
  type StartOutput,
  startMetadataGenerationRun,
} from './start-metadata-generation-run.ts'

type Outputs = {
  StartMetadataGenerationRun: StartOutput
  GetMetadataGenerationRun: GetRunOutput
  ListMetadataGenerationRuns: ListOutput
  CancelMetadataGenerationRun: CancelOutput
  StartDataSourceRun: StartDataSourceRunOutput
  GetDataSourceRun: GetDataSourceRunOutput
  ListDataSourceRuns: ListDataSourceRunsOutput
  GetAsset: GetAssetOutput
}

/** The operations that are served. */
export type OperationName = keyof Outputs
/** What an operation answers, with dates as Date, as the SDK gives it too. */
export type Output<Name extends OperationName> = Outputs[Name]

/** A call whose input is valid: the asset or data source it is about, as far as that can be told, and its effect. */
type Prepared<Out> = { targetId: string | undefined; effect: () => Out }

type Operations = { [Name in OperationName]: (world: World, input: unknown) => Prepared<Outputs[Name]> }

/** Each operation: checks its input against the model (ValidationException), then is ready to take effect. */
export const operations: Operations = {
  StartMetadataGenerationRun: (world, input) => {
    assertInput<StartInput>('StartMetadataGenerationRun', input)
    return { targetId: input.target.identifier, effect: () => startMetadataGenerationRun(world, input) }
  },
  GetMetadataGenerationRun: (world, input) => {
    assertInput<GetRunInput>('GetMetadataGenerationRun', input)
    const run = world.runs.find(input.domainIdentifier, input.identifier)
    return { targetId: run?.assetId, effect: () => getMetadataGenerationRun(world, input) }
  },
  ListMetadataGenerationRuns: (world, input) => {
    assertInput<ListInput>('ListMetadataGenerationRuns', input)
    return { targetId: input.targetIdentifier, effect: () => listMetadataGenerationRuns(world, input) }
  },
  CancelMetadataGenerationRun: (world, input) => {
    assertInput<CancelInput>('CancelMetadataGenerationRun', input)
    const run = world.runs.find(input.domainIdentifier, input.identifier)
    return { targetId: run?.assetId, effect: () => cancelMetadataGenerationRun(world, input) }
  },
  StartDataSourceRun: (world, input) => {
    assertInput<StartDataSourceRunInput>('StartDataSourceRun', input)
    return { targetId: input.dataSourceIdentifier, effect: () => startDataSourceRun(world, input) }
  },
  GetDataSourceRun: (world, input) => {
    assertInput<GetDataSourceRunInput>('GetDataSourceRun', input)
    const run = world.sourceRuns.find(input.domainIdentifier, input.identifier)
    return { targetId: run?.dataSourceId, effect: () => getDataSourceRun(world, input) }
  },
  ListDataSourceRuns: (world, input) => {
    assertInput<ListDataSourceRunsInput>('ListDataSourceRuns', input)
    return { targetId: input.dataSourceIdentifier, effect: () => listDataSourceRuns(world, input) }
  },
  GetAsset: (world, input) => {
    assertInput<GetAssetInput>('GetAsset', input)
    return { targetId: input.identifier, effect: () => getAsset(world, input) }
  },
}

/** Whether this is the name of a served operation. */
export const isOperation = (name: string): name is OperationName => Object.hasOwn(operations, name)
