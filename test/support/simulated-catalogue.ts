import { StartMetadataGenerationRunCommand } from '@aws-sdk/client-datazone'
import type { Catalogue } from '../../local/datazone/input/catalogue.ts'
import { cleanups, clientOf, startSimulator } from './datazone-simulator.ts'

export const domainIdentifier = 'dzd_catalogue1'

export const typeIdentifier = 'amazon.datazone.GlueTableAssetType'

const columns = [
  { name: 'order_id', dataType: 'bigint' },
  { name: 'amount', dataType: 'decimal(18,2)' },
]

const catalogue: Catalogue = {
  domains: [
    {
      id: domainIdentifier,
      users: [
        { id: 'user-owner', accessKeyIds: ['OWNER'] },
        { id: 'user-viewer', accessKeyIds: ['VIEWER'] },
        { id: 'user-grouped', accessKeyIds: ['GROUPED'], groupIds: ['group-data'] },
      ],
      projects: [
        { id: 'open', name: 'Open' },
        {
          id: 'closed',
          name: 'Closed',
          members: [
            { userId: 'user-owner', designation: 'PROJECT_OWNER' },
            { userId: 'user-viewer', designation: 'PROJECT_CATALOG_VIEWER' },
            { groupId: 'group-data' },
          ],
        },
      ],
      assets: [
        {
          id: 'orders',
          projectId: 'open',
          name: 'orders',
          typeIdentifier,
          columns,
          description: 'What customers bought',
          glossaryTerms: ['revenue'],
        },
        { id: 'returns', projectId: 'open', name: 'returns', typeIdentifier, columns },
        { id: 'drafts', projectId: 'open', name: 'drafts', typeIdentifier, columns, listing: 'NONE' },
        { id: 'old', projectId: 'open', name: 'old', typeIdentifier, columns, listing: 'INACTIVE' },
        { id: 'secrets', projectId: 'closed', name: 'secrets', typeIdentifier, columns },
      ],
      dataSources: [
        { id: 'lake', projectId: 'open', name: 'Lake', tables: 3 },
        { id: 'new', projectId: 'open', name: 'New', status: 'CREATING' },
        { id: 'broken', projectId: 'open', name: 'Broken', type: 'REDSHIFT', status: 'FAILED_CREATION' },
      ],
    },
  ],
}

export const startWithCatalogue = async () => {
  let nowMs = 1_700_000_000_000
  const simulator = await startSimulator({ now: () => nowMs, sigma: 0 })
  simulator.datazone.control.loadCatalogue(catalogue)
  return {
    ...simulator,
    advance: (ms: number) => {
      nowMs += ms
    },
  }
}

export type Simulator = Awaited<ReturnType<typeof startWithCatalogue>>

export const startRun = (client: Simulator['client'], identifier: string, owningProjectIdentifier = 'open') =>
  client.send(
    new StartMetadataGenerationRunCommand({
      domainIdentifier,
      owningProjectIdentifier,
      target: { type: 'ASSET', identifier },
      types: ['BUSINESS_DESCRIPTIONS'],
    }),
  )

/** Returns a client with this access key. */
export const clientWith = (accessKeyId: string, endpoint: string) => {
  const client = clientOf(endpoint, accessKeyId)
  cleanups.push(() => client.destroy())
  return client
}
