import type { Catalogue } from '../datazone/input/catalogue.ts'

/** A command to try on a stack. */
export interface FirstRequest {
  readonly title: string
  readonly command: string
}

/** Returns one command of each kind, with ids of the catalogue. The commands work as they are printed. */
export function firstRequests({ domains: [domain] }: Catalogue): readonly FirstRequest[] {
  const asset = domain?.assets.find(({ id }) => id.endsWith('store_sales')) ?? domain?.assets[0]
  const other = domain?.assets.find(({ id }) => id !== asset?.id) ?? asset
  const source = domain?.dataSources?.find(({ projectId }) => projectId === asset?.projectId)
  if (domain === undefined || asset === undefined || other === undefined) return []
  const common = { domainId: domain.id, projectId: asset.projectId }
  const run = { version: 1, requestId: 'first-run', kind: 'METADATA_GENERATION', ...common }
  const load = { version: 1, requestId: 'first-load', kind: 'DATA_SOURCE', ...common }
  const cancel = { version: 1, requestId: 'first-cancel', kind: 'CANCEL', domainId: domain.id }
  return [
    { title: 'Start a run of an asset', command: sendMessage({ ...run, asset: { id: asset.id } }) },
    ...(source === undefined
      ? []
      : [
          {
            title: 'Start a run of a data source',
            command: sendMessage({ ...load, dataSource: { id: source.id }, triggerKey: 'load-1' }),
          },
        ]),
    { title: 'Send the event of a published asset, as DataZone does', command: publish(domain.id, other) },
    {
      title: 'Cancel the run of the asset',
      command: sendMessage({ ...cancel, requestedAt: now, asset: { id: asset.id } }),
    },
    { title: 'Follow the events of the run bus', command: followEvents },
  ]
}

/** A placeholder for the time, which the shell inserts between two quoted parts of the JSON. */
const now = 'NOW'
const shellNow = `'$(date -u +%Y-%m-%dT%H:%M:%SZ)'`

function sendMessage(body: object): string {
  return [
    'aws sqs send-message --endpoint-url "$AWS_ENDPOINT_URL_SQS" --queue-url "$REQUEST_QUEUE_URL" \\',
    ` --message-body '${inLines(body).replace(now, shellNow)}'`,
  ].join('\n')
}

function publish(
  domain: string,
  { id, projectId }: { readonly id: string; readonly projectId: string },
): string {
  const metadata = { domain, owningProjectId: projectId, id: 'listing', version: '1' }
  const event = {
    source: 'aws.datazone',
    'detail-type': 'Asset Added To Catalog',
    detail: { version: '1', metadata, data: { assetId: id } },
  }
  return ['curl "$AWS_ENDPOINT_URL_EVENTBRIDGE/_local/service-events" \\', ` -d '${inLines(event)}'`].join(
    '\n',
  )
}

const followEvents = `curl -N -H 'accept: text/event-stream' \\\n "$AWS_ENDPOINT_URL_EVENTBRIDGE/_local/events?bus=RunEventBus"`

/** Returns JSON with a line break before each member that would cross the right margin. */
function inLines(value: object): string {
  const margin = 80
  const lines = ['']
  for (const part of JSON.stringify(value).split(/(?<=,)(?=")/)) {
    const line = lines.at(-1) ?? ''
    if (line.length + part.length > margin) lines.push(part)
    else lines[lines.length - 1] = line + part
  }
  return lines.join('\n  ')
}
