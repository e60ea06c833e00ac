const batchSize = 10

/**
 * Splits a list into batches of ten, the most that SQS and EventBridge accept in one call, and few enough reads at a
 * time.
 */
export const batchesOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  )
