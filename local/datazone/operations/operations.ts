import { isReadOnly, model } from '../model/model.ts'
import { olderModel } from '../model/older-model.ts'
import { assertInput } from '../model/validation.ts'
import { ownerOf, type World } from '../world/world.ts'
import { acceptPredictions } from './accept-predictions.ts'
import { cancelMetadataGenerationRun } from './cancel-metadata-generation-run.ts'
import { createListingChangeSet } from './create-listing-change-set.ts'
import { getAsset } from './get-asset.ts'
import { getDataSource } from './get-data-source.ts'
import { getDataSourceRun } from './get-data-source-run.ts'
import { getDomain } from './get-domain.ts'
import { getListing } from './get-listing.ts'
import { getMetadataGenerationRun } from './get-metadata-generation-run.ts'
import { getProject } from './get-project.ts'
import { listAssetRevisions } from './list-asset-revisions.ts'
import { listDataSourceRunActivities } from './list-data-source-run-activities.ts'
import { listDataSourceRuns } from './list-data-source-runs.ts'
import { listDataSources } from './list-data-sources.ts'
import { listMetadataGenerationRuns } from './list-metadata-generation-runs.ts'
import { listProjectMemberships } from './list-project-memberships.ts'
import { listProjects } from './list-projects.ts'
import { requireAccess, userOf } from './permissions.ts'
import { createProjectMembership, deleteProjectMembership } from './project-memberships.ts'
import { rejectPredictions } from './reject-predictions.ts'
import { search } from './search.ts'
import { searchListings } from './search-listings.ts'
import { startDataSourceRun } from './start-data-source-run.ts'
import { startMetadataGenerationRun } from './start-metadata-generation-run.ts'
import { createUserProfile, getUserProfile } from './user-profiles.ts'

/** A call whose input is valid: the asset or data source that it concerns, if known, and its effect. */
type Prepared<Out> = { targetId: string | undefined; effect: () => Out }

/** A call before its input is checked; `accessKeyId` is the key that signed it. */
export type ServiceCall = Readonly<{ operation: string; input: unknown; accessKeyId: string | undefined }>

/** What a call concerns: the asset or data source that faults match, and the project whose members may make the call. */
type Subject = Readonly<{ targetId?: string | undefined; projectId?: string | undefined }>

/** The domain of an operation. GetDomain's only identifier is the domain. */
type InDomain = { domainIdentifier: string } | { identifier: string }

const domainIdOf = (input: InDomain): string =>
  'domainIdentifier' in input ? input.domainIdentifier : input.identifier

/**
 * Returns a function that checks the input of an operation against the model of the API's generation, throws
 * ValidationException, and returns the effect. The effect first checks that the user whose key signed the call has access
 * to the project.
 */
const serve =
  <Input extends InDomain, Out>(
    effect: (world: World, input: Input, userId: string) => Out,
    subjectOf: (input: Input, world: World) => Subject,
  ) =>
  (world: World, { operation, input, accessKeyId }: ServiceCall): Prepared<Out> => {
    assertInput<Input>(operation, input, world.settings.apiGeneration === 'older' ? olderModel : model)
    const domainId = domainIdOf(input)
    return {
      targetId: subjectOf(input, world).targetId,
      effect: () => {
        const userId = userOf(world, domainId, accessKeyId)
        const { projectId } = subjectOf(input, world)
        requireAccess(world, domainId, {
          projectId,
          userId,
          access: isReadOnly(operation) ? 'read' : 'change',
        })
        return effect(world, input, userId)
      },
    }
  }

type ById = Readonly<{ domainIdentifier: string; identifier: string }>

const run = ({ domainIdentifier, identifier }: ById, { runs }: World): Subject => {
  const found = runs.find(domainIdentifier, identifier)
  return { targetId: found?.assetId, projectId: found?.projectId }
}

const sourceRun = ({ domainIdentifier, identifier }: ById, { sourceRuns }: World): Subject => {
  const found = sourceRuns.find(domainIdentifier, identifier)
  return { targetId: found?.dataSourceId, projectId: found?.projectId }
}

const asset = ({ domainIdentifier, identifier }: ById, world: World): Subject => {
  const found = world.domains.get(domainIdentifier)?.assets.get(identifier)
  return { targetId: identifier, projectId: found && ownerOf(world, found) }
}

const source = (domainId: string, sourceId: string, { domains }: World): Subject => ({
  targetId: sourceId,
  projectId: domains.get(domainId)?.dataSources.get(sourceId)?.projectId,
})

const project = ({ projectIdentifier }: { projectIdentifier: string }): Subject => ({
  projectId: projectIdentifier,
})

const served = {
  StartMetadataGenerationRun: serve(startMetadataGenerationRun, (input) => ({
    targetId: input.target.identifier,
    projectId: input.owningProjectIdentifier,
  })),
  GetMetadataGenerationRun: serve(getMetadataGenerationRun, run),
  ListMetadataGenerationRuns: serve(listMetadataGenerationRuns, ({ targetIdentifier }) => ({
    targetId: targetIdentifier,
  })),
  CancelMetadataGenerationRun: serve(cancelMetadataGenerationRun, run),
  StartDataSourceRun: serve(startDataSourceRun, (input, world) =>
    source(input.domainIdentifier, input.dataSourceIdentifier, world),
  ),
  GetDataSourceRun: serve(getDataSourceRun, sourceRun),
  ListDataSourceRuns: serve(listDataSourceRuns, (input, world) =>
    source(input.domainIdentifier, input.dataSourceIdentifier, world),
  ),
  ListDataSourceRunActivities: serve(listDataSourceRunActivities, sourceRun),
  GetDataSource: serve(getDataSource, (input, world) =>
    source(input.domainIdentifier, input.identifier, world),
  ),
  ListDataSources: serve(listDataSources, ({ projectIdentifier }) => ({ projectId: projectIdentifier })),
  GetAsset: serve(getAsset, asset),
  ListAssetRevisions: serve(listAssetRevisions, asset),
  AcceptPredictions: serve(acceptPredictions, asset),
  RejectPredictions: serve(rejectPredictions, asset),
  CreateListingChangeSet: serve(createListingChangeSet, ({ domainIdentifier, entityIdentifier }, world) =>
    asset({ domainIdentifier, identifier: entityIdentifier }, world),
  ),
  GetListing: serve(getListing, () => ({})),
  SearchListings: serve(searchListings, () => ({})),
  Search: serve(search, ({ owningProjectIdentifier }) => ({
    projectId: owningProjectIdentifier ?? undefined,
  })),
  GetProject: serve(getProject, () => ({})),
  ListProjects: serve(listProjects, () => ({})),
  GetDomain: serve(getDomain, () => ({})),
  CreateUserProfile: serve(createUserProfile, () => ({})),
  GetUserProfile: serve(getUserProfile, () => ({})),
  CreateProjectMembership: serve(createProjectMembership, project),
  DeleteProjectMembership: serve(deleteProjectMembership, project),
  ListProjectMemberships: serve(listProjectMemberships, project),
}

/** The operations that are served. */
export type OperationName = keyof typeof served
/** The answer of an operation, with times as Date, as in the SDK. */
export type Output<Name extends OperationName> = ReturnType<ReturnType<(typeof served)[Name]>['effect']>

/** Every served operation by its name. */
export const operations: {
  [Name in OperationName]: (world: World, call: ServiceCall) => Prepared<Output<Name>>
} = served

/** Returns whether this is the name of a served operation. */
export const isOperation = (name: string): name is OperationName => Object.hasOwn(operations, name)
