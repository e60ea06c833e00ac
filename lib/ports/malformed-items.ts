/** Reports an item of the table that cannot be used, with its keys and its problem. */
export type ReportMalformedItem = (
  keys: { readonly pk: string; readonly sk: string },
  problem: string,
) => void
