import type { MetadataRunPlan } from './metadata-run-plan.ts'
import type { IndexedRun, RunIndex } from './run-index.ts'

/** One metadata generation run. Only its plan is ever replaced. */
export type MetadataRun = IndexedRun & {
  readonly projectId: string
  readonly assetId: string
  readonly revision: string
  readonly types: readonly string[]
  readonly clientToken: string | undefined
  readonly createdBy: string
  readonly createdAtMs: number
  plan: MetadataRunPlan
}

/** Every metadata generation run ever started; its subject is its asset. */
export type MetadataRuns = RunIndex<MetadataRun>
