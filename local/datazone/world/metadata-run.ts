import type { MetadataRunPlan } from './metadata-run-plan.ts'
import type { IndexedRun, RunIndex } from './run-index.ts'

/** A metadata generation run. Only a Cancel replaces its plan. */
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

/** Every metadata generation run, indexed by asset and domain. */
export type MetadataRuns = RunIndex<MetadataRun>
