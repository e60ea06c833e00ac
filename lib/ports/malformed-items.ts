/** Hears of an item that people wrote into the table and that nobody can use: its keys, and what is wrong with it. */
export type ReportMalformedItem = (
  keys: { readonly pk: string; readonly sk: string },
  problem: string,
) => void
