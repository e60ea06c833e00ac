import type { RunEventDetail } from '../../lib/contracts/run-event.ts'

type Data = RunEventDetail['data']

/** Returns the detail of a Failed event; `number` makes its ids unique. */
export const failedEvent = (number: number, over: Partial<Data> = {}): RunEventDetail => ({
  metadata: {
    id: `event-${number}`,
    version: 1,
    time: '2026-11-20T02:15:00.000Z',
    correlationId: `correlation-of-jo-${number}`,
    causationId: `request-of-jo-${number}`,
  },
  data: {
    status: 'FAILED',
    kind: 'METADATA_GENERATION',
    domainId: 'dzd_orders',
    projectId: 'project-1',
    projectName: 'Sales',
    asset: {
      id: `asset-${number}`,
      revision: '4',
      name: `store_sales_${number}`,
      portalUrl: `https://dzd_orders.datazone.eu-west-1.on.aws/projects/project-1/catalog/assets/asset-${number}`,
    },
    types: ['BUSINESS_DESCRIPTIONS'],
    willRetry: false,
    error: { name: 'GenerationFailed', message: 'too many columns' },
    ...over,
  },
})

/** Returns an event as EventBridge puts it on a queue. */
export const envelope = (detail: RunEventDetail): string =>
  JSON.stringify({
    version: '0',
    id: 'envelope',
    source: 'datazone-run-orchestrator',
    'detail-type': 'Metadata Generation Run Failed',
    detail,
  })
