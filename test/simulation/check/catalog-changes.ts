import { transferredAsset, unreadySource, withdrawnAsset } from '../catalog-changes.ts'
import type { Outside } from '../outside.ts'
import { targetOf } from './items.ts'
import type { Rule } from './rule.ts'

const isRequested = ({ sent }: Outside, target: string): boolean =>
  sent.some(({ request }) => request?.assetId === target)

/** What waits when its asset is withdrawn is canceled: nothing generates metadata for an asset that is not published. */
export const withdrawnAreNotRun: Rule = ({ runs }) =>
  runs.some(({ assetId }) => assetId === withdrawnAsset)
    ? [`${withdrawnAsset} was run after it had been withdrawn`]
    : []

/** P2: a publish during an ownership transfer is run once that is over, in the project that the asset has then. */
export const transferredRunInTheirNewProject: Rule = (outside) =>
  !isRequested(outside, transferredAsset) ||
  outside.items.some(
    (item) =>
      targetOf(item) === transferredAsset && item['runId'] !== undefined && item['projectId'] === 'project2',
  )
    ? []
    : [`${transferredAsset} was not run in its new project`]

/** P2: the run of a data source that is being updated waits until the source is ready. */
export const unreadySourcesAreAwaited: Rule = (outside) =>
  !isRequested(outside, unreadySource) ||
  outside.items.some((item) => targetOf(item) === unreadySource && item['runId'] !== undefined)
    ? []
    : [`${unreadySource} was not run once it was ready`]
