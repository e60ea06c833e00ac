import * as z from 'zod/mini'
import { assetId, dataSourceId, domainId, projectId } from '../../../lib/contracts/fields.ts'

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
  z.strictObject({ action: z.literal('redrive'), queue: z.enum(['dead', 'rejected']) }),
])
export type Change = z.infer<typeof Change>
export type ChangeOf<Action extends Change['action']> = Extract<Change, { action: Action }>
export type Target = z.infer<typeof target>

/** A change that cannot be made. The viewer sees the message. */
export class CannotChange extends Error {
  override readonly name = 'CannotChange'
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
