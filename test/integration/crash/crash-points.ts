import { z } from 'zod'
import type { TappedRequest } from '../../../local/servers/tap.ts'

/** A step in the life of a run at which a worker can die. */
export interface CrashPoint {
  readonly step: string
  readonly service: TappedRequest['service']
  /** Returns the assets for which a call makes this step. */
  readonly assetsAt: (request: TappedRequest) => readonly string[]
}

const putItem = z.object({
  Item: z.looseObject({
    state: z.object({ S: z.string() }),
    assetId: z.object({ S: z.string() }),
    announcedAtMs: z.unknown().optional(),
  }),
})

const transaction = z.object({ TransactItems: z.array(z.object({ Put: z.unknown().optional() })) })

/** Returns the puts of a call; a claim that counts in a cap is a transaction. */
const putsOf = ({ operation, body }: TappedRequest): readonly unknown[] => {
  if (operation === 'PutItem') return [JSON.parse(body)]
  if (operation !== 'TransactWriteItems') return []
  return transaction.parse(JSON.parse(body)).TransactItems.map(({ Put }) => Put)
}

const writeOf = (state: string, announced: boolean) => (request: TappedRequest) =>
  putsOf(request).flatMap((put) => {
    const { data } = putItem.safeParse(put)
    const here = data?.Item.state.S === state && (data.Item.announcedAtMs !== undefined) === announced
    return here ? [data.Item.assetId.S] : []
  })

const startBody = z.object({ target: z.object({ identifier: z.string() }), clientToken: z.string() })

const startOf = (request: TappedRequest) => {
  if (request.method !== 'POST') return []
  const { data } = startBody.safeParse(JSON.parse(request.body))
  return data === undefined ? [] : [data.target.identifier]
}

const putEvents = z.object({ Entries: z.array(z.object({ DetailType: z.string(), Detail: z.string() })) })
const detail = z.object({ data: z.object({ asset: z.object({ id: z.string() }).optional() }) })

/** Returns the terminal events of a PutEvents call, each with its asset. */
export const terminalEntries = (request: TappedRequest) => {
  if (request.operation !== 'PutEvents') return []
  return putEvents.parse(JSON.parse(request.body)).Entries.flatMap((entry) => {
    const assetId = detail.parse(JSON.parse(entry.Detail)).data.asset?.id
    return assetId === undefined || entry.DetailType.endsWith('Started') ? [] : [{ ...entry, assetId }]
  })
}

/** The steps in the order of a run's life. */
export const crashPoints: readonly CrashPoint[] = [
  { step: 'the claim', service: 'dynamodb', assetsAt: writeOf('CLAIMED', false) },
  { step: 'Start', service: 'datazone', assetsAt: startOf },
  { step: 'recording the run id', service: 'dynamodb', assetsAt: writeOf('IN_FLIGHT', false) },
  { step: 'writing the ending', service: 'dynamodb', assetsAt: writeOf('ENDED', false) },
  {
    step: 'PutEvents',
    service: 'eventbridge',
    assetsAt: (request) => terminalEntries(request).map(({ assetId }) => assetId),
  },
  { step: 'marking the ending as announced', service: 'dynamodb', assetsAt: writeOf('ENDED', true) },
]
