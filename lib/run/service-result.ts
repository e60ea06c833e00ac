/** The result of one type, from GetMetadataGenerationRun's `typeStats`. List has none. */
export interface TypeStat {
  readonly type: string
  readonly status: string
  readonly errorMessage?: string
}

/** How many assets a data source run touched, by what it did with them. */
export interface SourceStatistics {
  readonly added?: number
  readonly updated?: number
  readonly unchanged?: number
  readonly skipped?: number
  readonly failed?: number
}
