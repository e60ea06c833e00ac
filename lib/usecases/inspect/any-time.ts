/** Later than everything that a record can be due at, and small enough for the store to add to. In ms since the epoch. */
export const anyTimeMs = Date.UTC(9000, 0)
