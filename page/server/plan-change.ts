import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import * as z from 'zod/mini'
import { dynamoDbSwitchWriter } from '../../lib/adapters/dynamodb/switch-writer.ts'
import { CancelRequest } from '../../lib/contracts/cancel-request.ts'
import { assetId, dataSourceId, domainId, projectId } from '../../lib/contracts/fields.ts'
import { parseWith } from '../../lib/contracts/problems.ts'
import { RunRequest } from '../../lib/contracts/run-request.ts'
import { breakerName } from '../../lib/run/breaker.ts'
import type { PlannedChange } from './change-plans.ts'
import type { PageState } from './page-state.ts'
import { isOpenRow } from './run-row.ts'

const mostTargets = 1000
const reason = z.string().check(z.minLength(1), z.maxLength(150))
const scope = { domainId, projectId: z.optional(projectId) }
const target = z.union([
  z.strictObject({ domainId, projectId, assetId }),
  z.strictObject({ domainId, projectId, dataSourceId }),
])
const targets = z.array(target).check(z.minLength(1), z.maxLength(mostTargets))

/** What the page can change. */
export const Change = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('pause'), ...scope, reason }),
  z.strictObject({ action: z.literal('resume'), ...scope }),
  z.strictObject({ action: z.literal('cancel'), targets, reason: z.optional(reason) }),
  z.strictObject({ action: z.literal('regenerate'), targets }),
  z.strictObject({ action: z.literal('close-breaker'), name: z.string() }),
  z.strictObject({ action: z.literal('redrive') }),
])
export type Change = z.infer<typeof Change>
type Of<Action extends Change['action']> = Extract<Change, { action: Action }>
type Target = z.infer<typeof target>

/** A change that cannot be made, in words for the person who asked. */
export class CannotChange extends Error {
  override readonly name = 'CannotChange'
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
const idOf = (one: Target): string => ('assetId' in one ? one.assetId : one.dataSourceId)
const shown = 20
const linesOf = (all: readonly Target[]): readonly string[] => [
  ...all.slice(0, shown).map((one) => `${one.domainId}/${one.projectId}/${idOf(one)}`),
  ...(all.length > shown ? [`and ${all.length - shown} more`] : []),
]

const batchSize = 10

/** Puts messages on the request queue. */
const send = async ({ stack }: PageState, messages: readonly object[]): Promise<void> => {
  for (let from = 0; from < messages.length; from += batchSize) {
    const Entries = messages
      .slice(from, from + batchSize)
      .map((message, index) => ({ Id: String(index), MessageBody: JSON.stringify(message) }))
    const { Failed = [] } = await stack.sqs.send(
      new SendMessageBatchCommand({ QueueUrl: stack.requestQueueUrl, Entries }),
    )
    if (Failed.length > 0)
      throw new CannotChange(
        `the request queue took ${from + Entries.length - Failed.length} of ${messages.length} messages; ask again, those that it took count once`,
      )
  }
}

const checked = <T>(schema: z.ZodMiniType<T>, draft: object): T => {
  const parsed = parseWith(schema, draft)
  if (!parsed.ok) throw new CannotChange(parsed.problems.join('; '))
  return parsed.value
}

const cancelOf = (one: Target, why: string | undefined) =>
  checked(CancelRequest, {
    version: 1,
    requestId: `page-cancel-${randomUUID()}`,
    kind: 'CANCEL',
    domainId: one.domainId,
    ...('assetId' in one ? { asset: { id: one.assetId } } : { dataSource: { id: one.dataSourceId } }),
    requestedAt: new Date().toISOString(),
    ...(why === undefined ? {} : { reason: why }),
  })

const regenerateOf = (one: Target) => {
  if (!('assetId' in one))
    throw new CannotChange(
      'only assets are regenerated: send a request with a new trigger key for a data source',
    )
  return checked(RunRequest, {
    version: 1,
    requestId: `page-${randomUUID()}`,
    kind: 'METADATA_GENERATION',
    domainId: one.domainId,
    projectId: one.projectId,
    asset: { id: one.assetId },
    regenerate: true,
  })
}

const scopeName = (of: { readonly domainId: string; readonly projectId?: string | undefined }): string =>
  of.projectId === undefined ? of.domainId : `${of.domainId}/${of.projectId}`

const openIn = (of: Of<'pause'> | Of<'resume'>, { board }: PageState) =>
  [...board.rows()].filter(
    (row) =>
      isOpenRow(row) &&
      row.domainId === of.domainId &&
      (of.projectId === undefined || row.projectId === of.projectId),
  )

const switchScope = ({ domainId: domain, projectId: project }: Of<'pause'> | Of<'resume'>) =>
  project === undefined ? { domainId: domain } : { domainId: domain, projectId: project }

const planPause = (change: Of<'pause'>, state: PageState): PlannedChange => {
  const open = openIn(change, state)
  const waiting = open.filter(({ status }) => status === 'PARKED').length
  return {
    title: `Pause ${scopeName(change)}: ${plural(waiting, 'waiting request')}`,
    detail: `New requests wait, too, until it is resumed. ${plural(open.length - waiting, 'run')} in flight are not stopped. It works within a minute.`,
    count: waiting,
    lines: [`reason: ${change.reason}`],
    apply: async () => {
      const pause = { reason: change.reason, pausedBy: userInfo().username }
      await dynamoDbSwitchWriter(state.stack.client, state.stack.tableName).pause(switchScope(change), pause)
      return `paused ${scopeName(change)}`
    },
  }
}

const planResume = (change: Of<'resume'>, state: PageState): PlannedChange => {
  const waiting = openIn(change, state).filter((row) => row.reason === 'PAUSED')
  return {
    title: `Resume ${scopeName(change)}: ${plural(waiting.length, 'request')}`,
    detail: 'The next sweep releases what waits for it.',
    count: waiting.length,
    lines: [],
    apply: async () => {
      const writer = dynamoDbSwitchWriter(state.stack.client, state.stack.tableName)
      const isDone = await writer.resume(switchScope(change))
      if (!isDone)
        throw new CannotChange(`${scopeName(change)} is not paused; a pause of its domain is another switch`)
      return `resumed ${scopeName(change)}`
    },
  }
}

const planMessages = (
  words: { readonly title: string; readonly detail: string; readonly done: string },
  all: readonly Target[],
  messageOf: (one: Target) => object,
  state: PageState,
): PlannedChange => {
  const messages = all.map(messageOf)
  return {
    title: words.title,
    detail: words.detail,
    count: all.length,
    lines: linesOf(all),
    apply: async () => {
      await send(state, messages)
      return words.done
    },
  }
}

const planBreaker = async (name: string, { stack, board }: PageState): Promise<PlannedChange> => {
  const found = (await stack.breakers.openBreakers()).find(({ cause }) => breakerName(cause) === name)
  if (found === undefined) throw new CannotChange(`no open breaker is named ${name}`)
  const waiting = [...board.rows()].filter(
    (row) => row.status === 'PARKED' && row.reason === found.cause.reason,
  )
  return {
    title: `Close breaker ${name}: ${plural(waiting.length, 'request')}`,
    detail: 'Requests are tried again at the next sweep. If DataZone still refuses, the breaker opens again.',
    count: waiting.length,
    lines: [],
    apply: async () => {
      await stack.breakers.close(found)
      return `closed ${name}`
    },
  }
}

const arnName = 'QueueArn'

const planRedrive = async ({ stack }: PageState): Promise<PlannedChange> => {
  const { Attributes = {} } = await stack.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: stack.deadLetterQueueUrl,
      AttributeNames: [arnName, 'ApproximateNumberOfMessages'],
    }),
  )
  const count = Number(Attributes['ApproximateNumberOfMessages'] ?? 0)
  return {
    title: `Redrive ${plural(count, 'message')}`,
    detail:
      'Moves every message of the dead-letter queue back to the request queue. Fix the cause first. Those that made a run already count once.',
    count,
    lines: [],
    apply: async () => {
      await stack.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: Attributes[arnName] }))
      return `moving ${plural(count, 'message')} back to the request queue`
    },
  }
}

/**
 * Works out what a change would do.
 * @throws CannotChange when it cannot be made
 */
export const planChange = async (change: Change, state: PageState): Promise<PlannedChange> => {
  switch (change.action) {
    case 'pause':
      return planPause(change, state)
    case 'resume':
      return planResume(change, state)
    case 'cancel': {
      const many = plural(change.targets.length, 'target')
      const words = {
        title: `Cancel what runs for ${many}`,
        detail:
          'What waits ends as canceled. Runs of assets in flight are canceled at DataZone; it cannot cancel runs of data sources.',
        done: `asked to cancel what was requested for ${many}`,
      }
      return planMessages(words, change.targets, (one) => cancelOf(one, change.reason), state)
    }
    case 'regenerate': {
      const words = {
        title: `Regenerate ${plural(change.targets.length, 'asset')}`,
        detail:
          'Makes a new attempt of the current revision of each, and uses the month’s quota once for each.',
        done: `requested ${plural(change.targets.length, 'new attempt')}`,
      }
      return planMessages(words, change.targets, regenerateOf, state)
    }
    case 'close-breaker':
      return planBreaker(change.name, state)
    case 'redrive':
      return planRedrive(state)
    default:
      return change satisfies never
  }
}
