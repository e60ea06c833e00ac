import { model } from '../model/model.ts'
import { olderModel } from '../model/older-model.ts'
import { assertInput } from '../model/validation.ts'
import type { World } from '../world/world.ts'
import { cancelMetadataGenerationRun } from './cancel-metadata-generation-run.ts'
import { getAsset } from './get-asset.ts'
import { getDataSourceRun } from './get-data-source-run.ts'
import { getMetadataGenerationRun } from './get-metadata-generation-run.ts'
import { listDataSourceRuns } from './list-data-source-runs.ts'
import { listMetadataGenerationRuns } from './list-metadata-generation-runs.ts'
import { startDataSourceRun } from './start-data-source-run.ts'
import { startMetadataGenerationRun } from './start-metadata-generation-run.ts'

/** A call whose input is valid: the asset or data source that it is about, if that is known, and its effect. */
type Prepared<Out> = { targetId: string | undefined; effect: () => Out }

/**
 * One operation: checks its input against the model of the API's generation (ValidationException), and then is
 * ready to take effect. `targetOf` finds the asset or data source that a call is about.
 */
const serve =
  <Input extends object, Out>(
    effect: (world: World, input: Input) => Out,
    targetOf: (input: Input, world: World) => string | undefined,
  ) =>
  (operation: string, world: World, input: unknown): Prepared<Out> => {
    assertInput<Input>(operation, input, world.settings.apiGeneration === 'older' ? olderModel : model)
    return { targetId: targetOf(input, world), effect: () => effect(world, input) }
  }

type RunIdentity = Readonly<{ domainIdentifier: string; identifier: string }>

const assetOfRun = ({ domainIdentifier, identifier }: RunIdentity, { runs }: World): string | undefined =>
  runs.find(domainIdentifier, identifier)?.assetId

const sourceOfRun = (
  { domainIdentifier, identifier }: RunIdentity,
  { sourceRuns }: World,
): string | undefined => sourceRuns.find(domainIdentifier, identifier)?.dataSourceId

const served = {
  StartMetadataGenerationRun: serve(startMetadataGenerationRun, ({ target }) => target.identifier),
  GetMetadataGenerationRun: serve(getMetadataGenerationRun, assetOfRun),
  ListMetadataGenerationRuns: serve(listMetadataGenerationRuns, ({ targetIdentifier }) => targetIdentifier),
  CancelMetadataGenerationRun: serve(cancelMetadataGenerationRun, assetOfRun),
  StartDataSourceRun: serve(startDataSourceRun, ({ dataSourceIdentifier }) => dataSourceIdentifier),
  GetDataSourceRun: serve(getDataSourceRun, sourceOfRun),
  ListDataSourceRuns: serve(listDataSourceRuns, ({ dataSourceIdentifier }) => dataSourceIdentifier),
  GetAsset: serve(getAsset, ({ identifier }) => identifier),
}

/** The operations that are served. */
export type OperationName = keyof typeof served
/** What an operation answers, with dates as Date, as the SDK gives them. */
export type Output<Name extends OperationName> = ReturnType<ReturnType<(typeof served)[Name]>['effect']>

/** Every served operation by its name. */
export const operations: {
  [Name in OperationName]: (operation: string, world: World, input: unknown) => Prepared<Output<Name>>
} = served

/** Whether this is the name of a served operation. */
export const isOperation = (name: string): name is OperationName => Object.hasOwn(operations, name)
