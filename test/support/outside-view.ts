import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb'
import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { z } from 'zod'
import type { Control } from '../../local/datazone/control/control.ts'
import type { Stack } from '../../local/stack-api.ts'

/** A record of the table. The schema deliberately shares no code with the system under test. */
const recordSchema = z.looseObject({
  pk: z.string(),
  sk: z.string(),
  state: z.string(),
  assetId: z.string(),
  revision: z.string().optional(),
  types: z.array(z.string()),
  attempt: z.number(),
  version: z.number(),
  runId: z.string().optional(),
  ending: z.string().optional(),
  reason: z.string().optional(),
  announcedAtMs: z.number().optional(),
  history: z.array(z.object({ atMs: z.number(), what: z.string() })),
  error: z.object({ name: z.string(), message: z.string() }).optional(),
})
export type StoredRecord = z.infer<typeof recordSchema>

const detailSchema = z.looseObject({
  metadata: z.looseObject({ id: z.string(), causationId: z.string().optional() }),
  data: z.looseObject({
    status: z.string(),
    asset: z.looseObject({ id: z.string(), revision: z.string().optional() }).optional(),
    runId: z.string().optional(),
    attempt: z.number().optional(),
    error: z.looseObject({ name: z.string(), message: z.string() }).optional(),
  }),
})
export type EventDetail = z.infer<typeof detailSchema>

/** Returns the first event of each id. */
export const withoutRepeats = (events: readonly EventDetail[]): readonly EventDetail[] =>
  [...Map.groupBy(events, ({ metadata }) => metadata.id).values()].flatMap((group) => group.slice(0, 1))

/** The body of a message in the rejected-requests queue. */
const rejectedSchema = z.object({
  version: z.literal(1),
  eventId: z.string(),
  rejectedAt: z.string(),
  reasons: z.array(z.string()).min(1),
  body: z.string(),
  truncated: z.boolean(),
})

const logLineSchema = z.looseObject({ message: z.string(), reason: z.string().optional() })

/** A line that a function printed, and its function and environment. */
export interface LogLine {
  readonly line: string
  readonly source: string
}

/** Reads what happened from outside the system: the table, the bus's archive, the queues and the simulator. */
export const outsideView = ({
  stack,
  control,
  sqs,
  dynamodb,
  lines,
}: {
  readonly stack: Stack
  readonly control: Control
  readonly sqs: SQSClient
  readonly dynamodb: DynamoDBClient
  readonly lines: readonly LogLine[]
}) => {
  const records = async (): Promise<readonly StoredRecord[]> => {
    const found: StoredRecord[] = []
    const pages = paginateScan({ client: dynamodb }, { TableName: stack.tableName, ConsistentRead: true })
    for await (const page of pages) {
      for (const item of page.Items ?? []) {
        const plain = unmarshall(item)
        const isRecord = String(plain['pk']).startsWith('ASSET#') && plain['sk'] !== 'SKIPS'
        if (isRecord) found.push(recordSchema.parse(plain))
      }
    }
    return found
  }
  const recordsOf = async (...assetIds: readonly string[]) =>
    (await records()).filter((record) => assetIds.includes(record.assetId))
  /**
   * Returns the terminal events on the run bus, Rejected included, oldest first; no Started, Skipped or Duplicate
   * event.
   */
  const endings = (): readonly EventDetail[] =>
    stack
      .archive('RunEventBus')
      .filter(({ event }) => event.source === 'datazone-run-orchestrator')
      .map(({ event }) => detailSchema.parse(event.detail))
      .filter(({ data }) => !['STARTED', 'SKIPPED', 'DUPLICATE'].includes(data.status))
  /** Returns the endings of some assets, without repeats of an event id (P4). */
  const endingsOf = (...assetIds: readonly string[]) =>
    withoutRepeats(endings().filter(({ data }) => assetIds.includes(data.asset?.id ?? '')))
  const runsOf = (...assetIds: readonly string[]) =>
    control.runs().filter((run) => assetIds.includes(run.assetId))

  /** Receives and deletes every visible message of a queue. */
  const drain = async (queueId: string): Promise<readonly string[]> => {
    const bodies: string[] = []
    for (;;) {
      const QueueUrl = stack.queueUrls[queueId]
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      )
      if (Messages.length === 0) return bodies
      for (const { Body = '', ReceiptHandle } of Messages) {
        bodies.push(Body)
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      }
    }
  }

  return {
    records,
    recordsOf,
    endings,
    endingsOf,
    runsOf,
    rejectedCopies: async () =>
      (await drain('RejectedQueue')).map((body) => rejectedSchema.parse(JSON.parse(body))),
    deadLetters: () => drain('RequestDeadLetterQueue'),
    /** Returns the functions' log lines with this message. */
    logged: (message: string) =>
      lines.flatMap(({ line }) => {
        if (!line.startsWith('{')) return []
        const parsed = logLineSchema.safeParse(JSON.parse(line))
        return parsed.success && parsed.data.message === message ? [parsed.data] : []
      }),
  }
}
