import { describe, expect, test } from 'vitest'
import { serialize } from '../../../../../local/datazone/http/rest-json.ts'
import { outputShape, problemsOf } from '../../../../../local/datazone/model/validation.ts'
import { isOperation, operations } from '../../../../../local/datazone/operations/operations.ts'
import { glue, outputOf, salesProject, storeSales, testWorld } from '../test-world.ts'

const domainIdentifier = 'dzd_sample1234567'
const roleArn = 'arn:aws:iam::111122223333:role/catalog'

/** Returns a world with a second revision, a metadata run, a data source run and an ownership transfer. */
const busyWorld = () => {
  const world = testWorld({ lineageMs: 0 })
  const about = { domainId: domainIdentifier, assetId: storeSales }
  world.control.addRevision({ ...about, description: 'Sales', glossaryTerms: ['revenue'] })
  const run = outputOf(world.start(storeSales))
  const sourceRun = outputOf(world.startSource(glue))
  world.clock.ms += 3_600_000
  world.control.transferAsset({
    domainId: domainIdentifier,
    assetId: 'tpcds_item',
    targetProjectId: salesProject,
  })
  return { world, run, sourceRun }
}

const inputs = ({ run, sourceRun }: ReturnType<typeof busyWorld>): Record<string, object> => {
  const asset = { identifier: storeSales }
  const extras = { additionalAttributes: ['FORMS', 'TEXT_MATCH_RATIONALE'], searchText: 'store' }
  return {
    StartMetadataGenerationRun: {
      owningProjectIdentifier: salesProject,
      target: { type: 'ASSET', ...asset },
      types: ['BUSINESS_NAMES'],
    },
    GetMetadataGenerationRun: { identifier: run.id },
    ListMetadataGenerationRuns: {},
    StartDataSourceRun: { dataSourceIdentifier: glue },
    GetDataSourceRun: { identifier: sourceRun.id },
    ListDataSourceRuns: { dataSourceIdentifier: glue },
    ListDataSourceRunActivities: { identifier: sourceRun.id },
    GetDataSource: { identifier: glue },
    ListDataSources: { projectIdentifier: salesProject },
    GetAsset: asset,
    ListAssetRevisions: asset,
    SearchListings: { ...extras, aggregations: [{ attribute: 'owningProjectId' }] },
    Search: { ...extras, searchScope: 'ASSET', owningProjectIdentifier: salesProject },
    GetProject: { identifier: salesProject },
    ListProjects: { name: 'Sales' },
    ListProjectMemberships: { projectIdentifier: salesProject },
    GetDomain: { identifier: domainIdentifier },
    CreateUserProfile: { userIdentifier: roleArn, userType: 'IAM_ROLE' },
    GetUserProfile: { userIdentifier: roleArn, type: 'IAM' },
    CreateProjectMembership: {
      projectIdentifier: salesProject,
      designation: 'PROJECT_CONTRIBUTOR',
      member: { userIdentifier: roleArn },
    },
    DeleteProjectMembership: { projectIdentifier: salesProject, member: { userIdentifier: roleArn } },
    RejectPredictions: { ...asset, revision: '2', rejectChoices: [{ predictionTarget: 'summary' }] },
    AcceptPredictions: { ...asset, acceptRule: { rule: 'ALL' } },
    CreateListingChangeSet: { entityIdentifier: storeSales, entityType: 'ASSET', action: 'PUBLISH' },
  }
}

describe('operations', () => {
  const busy = busyWorld()
  const inputsOf = inputs(busy)

  test.each(Object.keys(operations))('answers %s as the model allows', (operation) => {
    const { world } = busy
    if (!isOperation(operation)) throw new Error(operation)
    const later: Record<string, object> = {
      CancelMetadataGenerationRun: { identifier: world.control.runs().at(-1)?.id },
      GetListing: { identifier: outputOf(world.asset(storeSales)).listing?.listingId },
    }
    const given = { ...inputsOf, ...later }[operation]
    const input = operation === 'GetDomain' ? given : { domainIdentifier, ...given }
    const shape = outputShape(operation)
    const answered = serialize(shape, outputOf(world.call(operation, input)))
    expect(problemsOf(shape, answered)).toEqual([])
  })

  test('answers an ownership transfer as the model allows', () => {
    const answered = serialize('GetAssetOutput', outputOf(busy.world.asset('tpcds_item')))
    expect(answered).toMatchObject({ ownershipTransfer: { status: 'IN_PROGRESS' } })
    expect(problemsOf('GetAssetOutput', answered)).toEqual([])
  })
})
