/** When every seed begins, in ms. Late, so that a data source whose day is full is run again before the end. */
export const startMs = Date.UTC(2026, 0, 5, 22, 50)
