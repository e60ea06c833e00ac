import { statusAt } from './plan.ts'
import type { Run } from './run-book.ts'

/**
 * A run as Get and List show it at a moment (epoch milliseconds), but for its typeStats. Records carry `types`
 * and the deprecated `type` besides, which is assumed to be the first of them.
 */
export const runRecord = (run: Run, atMs: number) => ({
  domainId: run.domainId,
  id: run.id,
  target: { type: 'ASSET', identifier: run.assetId, revision: run.revision },
  status: statusAt(run.plan, atMs),
  type: run.types[0],
  types: run.types,
  createdAt: new Date(run.createdAtMs),
  createdBy: run.createdBy,
  owningProjectId: run.projectId,
})
