/** Bodies on the request queue that are no requests. */
export const malformedBodies = [
  'not json',
  '[]',
  'null',
  '{"version":2}',
  '{"detail-type":"Asset Added To Catalog","source":"aws.evil","id":"x"}',
  '{"release":1,"domainId":"dzd_simulated1"}',
  `{"version":1,"requestId":"\\u0000","kind":"__proto__","asset":{"id":"../.."}}`,
  `"${'junk '.repeat(200)}"`,
  // As SNS wraps a message, encoded twice, and with a byte order mark.
  `{"Type":"Notification","TopicArn":"arn:aws:sns:us-east-1:000000000000:runs","Message":"{}"}`,
  JSON.stringify(JSON.stringify({ version: 1, requestId: 'encoded-twice', kind: 'METADATA_GENERATION' })),
  `\uFEFF{"version":1,"requestId":"with-a-mark","kind":"METADATA_GENERATION"}`,
]

/** Returns hints about runs that are not in the table, and bodies that are no hints. */
export const strangeHints = (
  assetId: string,
  { domainId, sourceId }: { readonly domainId: string; readonly sourceId: string },
): readonly string[] => {
  const hint = (name: string, detail: object) =>
    JSON.stringify({ source: 'aws.datazone', 'detail-type': name, detail })
  const succeeded = 'Metadata Generation Succeeded'
  return [
    'not json',
    'null',
    hint(succeeded, { metadata: { domain: domainId, id: 'foreign-run' }, data: {} }),
    hint(succeeded, { metadata: { domain: 'dzd_elsewhere', id: assetId }, data: { assetId } }),
    hint('Metadata Generation Failed', { metadata: { domain: domainId, id: assetId }, data: null }),
    hint('Metadata Generation Canceled', { metadata: { domain: domainId }, data: [] }),
    hint('Metadata Generation Failed', { metadata: { domain: domainId, id: { toString: 1 } } }),
    hint('Metadata Generation Accepted', { metadata: { domain: domainId, id: 'absent' }, data: {} }),
    hint('Data Source Run Failed', { metadata: { domain: domainId, id: 'foreign-run' }, data: {} }),
    hint('Data Source Run Triggered', { metadata: { domain: domainId }, data: { dataSourceId: sourceId } }),
    hint(succeeded, { metadata: { domain: '__proto__' }, data: { runId: '../..' } }),
  ]
}
