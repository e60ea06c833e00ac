import type { Catalogue } from '../../local/datazone/input/catalogue.ts'
import { transferredAsset, unreadySource, withdrawnAsset } from './catalog-changes.ts'
import { contendedAsset } from './contention.ts'
import { ancient } from './expiry-actions.ts'
import { sharedAsset } from './lost-answers.ts'
import { assetsOfLostRuns } from './lost-runs.ts'
import { oldAssets } from './program-backfill.ts'
import { unlistedAssets } from './refused-lists.ts'
import {
  backlogAssets,
  heldSource,
  leasedAsset,
  parkedAsset,
  pausedAsset,
  pausedProject,
  trialAssets,
  trialSource,
} from './trials.ts'
import { domainId, projectId, sourceId } from './world-ids.ts'

const assetOf = (id: string, typeIdentifier = 'amazon.datazone.GlueTableAssetType') => ({
  id,
  projectId,
  name: id,
  typeIdentifier,
  revision: '1',
  columns: [{ name: 'id', dataType: 'bigint' }],
})

/** Returns the catalog of a world: these assets, and those that the parts of a program need. */
export const catalogueOf = (assets: readonly string[]): Catalogue => ({
  domains: [
    {
      id: domainId,
      projects: [
        { id: projectId, name: 'one' },
        { id: 'project2', name: 'two' },
        { id: pausedProject, name: 'three' },
      ],
      assets: [
        ...[
          ...assets,
          ...oldAssets,
          ancient,
          contendedAsset,
          sharedAsset,
          withdrawnAsset,
          transferredAsset,
          ...unlistedAssets,
          ...assetsOfLostRuns,
          ...trialAssets,
          ...backlogAssets,
          leasedAsset,
          parkedAsset,
        ].map((id) => assetOf(id)),
        assetOf('unsupported', 'custom.NoTable'),
        assetOf('unpublished'),
        { ...assetOf(pausedAsset), projectId: pausedProject },
      ],
      dataSources: [
        { id: sourceId, projectId, name: 'one' },
        { id: unreadySource, projectId, name: 'two' },
        { id: trialSource, projectId, name: 'three' },
        { id: heldSource, projectId, name: 'four' },
      ],
    },
  ],
})
