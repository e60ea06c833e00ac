import { transferredAsset, unreadySource, withdrawnAsset } from '../catalog-changes.ts'
import type { Outside } from '../outside.ts'
import { targetOf } from './items.ts'
import type { Rule } from './rule.ts'

const isRequested = ({ sent }: Outside, target: string): boolean =>
  sent.some(({ request }) => request?.assetId === target)

/** A request that waits when its asset is withdrawn is canceled, so the asset does not run. */
export const withdrawnAreNotRun: Rule = ({ runs }) =>
  runs.some(({ assetId }) => assetId === withdrawnAsset)
    ? [`${withdrawnAsset} ran after it had been withdrawn`]
    : []

/** P2: an asset that is published during an ownership transfer runs after it, in the new project. */
export const transferredRunInTheirNewProject: Rule = (outside) =>
  !isRequested(outside, transferredAsset) ||
  outside.items.some(
    (item) =>
      targetOf(item) === transferredAsset && item['runId'] !== undefined && item['projectId'] === 'project2',
  )
    ? []
    : [`${transferredAsset} did not run in its new project`]

/** P2: a data source whose run is requested during an update runs once it is ready. */
export const unreadySourcesAreAwaited: Rule = (outside) =>
  !isRequested(outside, unreadySource) ||
  outside.items.some((item) => targetOf(item) === unreadySource && item['runId'] !== undefined)
    ? []
    : [`${unreadySource} did not run once it was ready`]
