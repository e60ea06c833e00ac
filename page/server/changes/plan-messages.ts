import { randomUUID } from 'node:crypto'
import type * as z from 'zod/mini'
import { sendBodies } from '../../../cli/queues.ts'
import { CancelRequest } from '../../../lib/contracts/cancel-request.ts'
import { parseWith } from '../../../lib/contracts/problems.ts'
import { RunRequest } from '../../../lib/contracts/run-request.ts'
import type { PageState } from '../page-state.ts'
import { CannotChange, type ChangeOf, plural, type Target } from './change.ts'
import type { PlannedChange } from './change-plans.ts'

const shown = 20

const idOf = (one: Target): string => ('assetId' in one ? one.assetId : one.dataSourceId)

const linesOf = (all: readonly Target[]): readonly string[] => [
  ...all.slice(0, shown).map((one) => `${one.domainId}/${one.projectId}/${idOf(one)}`),
  ...(all.length > shown ? [`and ${all.length - shown} more`] : []),
]

const checked = <T>(schema: z.ZodMiniType<T>, draft: object): T => {
  const parsed = parseWith(schema, draft)
  if (!parsed.ok) throw new CannotChange(parsed.problems.join('; '))
  return parsed.value
}

const cancelOf = (one: Target, reason: string | undefined) =>
  checked(CancelRequest, {
    version: 1,
    requestId: `page-cancel-${randomUUID()}`,
    kind: 'CANCEL',
    domainId: one.domainId,
    ...('assetId' in one ? { asset: { id: one.assetId } } : { dataSource: { id: one.dataSourceId } }),
    requestedAt: new Date().toISOString(),
    ...(reason === undefined ? {} : { reason }),
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

/** Puts messages on the request queue. */
const send = async ({ stack }: PageState, messages: readonly object[]): Promise<void> => {
  const bodies = messages.map((message) => JSON.stringify(message))
  const taken = await sendBodies(stack.sqs, stack.requestQueueUrl, bodies)
  const count = taken.filter((isTaken) => isTaken).length
  if (count < messages.length)
    throw new CannotChange(
      `the request queue accepted ${count} of ${messages.length} messages; look at the runs, then ask again only for the others`,
    )
}

export const planCancel = ({ targets, reason }: ChangeOf<'cancel'>, state: PageState): PlannedChange => {
  const messages = targets.map((one) => cancelOf(one, reason))
  const many = plural(targets.length, 'target')
  return {
    title: `Cancel what runs for ${many}`,
    detail:
      'What waits ends as canceled. Runs of assets in flight are canceled at DataZone; it cannot cancel runs of data sources.',
    count: targets.length,
    lines: linesOf(targets),
    apply: async () => {
      await send(state, messages)
      return `asked to cancel what was requested for ${many}`
    },
  }
}

export const planRegenerate = ({ targets }: ChangeOf<'regenerate'>, state: PageState): PlannedChange => {
  const messages = targets.map(regenerateOf)
  return {
    title: `Regenerate ${plural(targets.length, 'asset')}`,
    detail: 'Makes a new attempt of the current revision of each, and uses the month’s quota once for each.',
    count: targets.length,
    lines: linesOf(targets),
    apply: async () => {
      await send(state, messages)
      return `requested ${plural(targets.length, 'new attempt')}`
    },
  }
}
