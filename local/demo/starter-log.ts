import * as z from 'zod/mini'
import { parseJson } from '../parse-json.ts'

const Line = z.looseObject({
  message: z.literal('Request handled'),
  outcome: z.string(),
  messageId: z.string(),
  requestKey: z.optional(z.string()),
})

/** The outcomes of messages in the starter's log. */
export interface StarterLog {
  /** Reads a line of the log; any other line than that of an outcome is ignored. */
  take(line: string): void
  /** Returns the number of acknowledged messages of each request key. A redelivered message counts once. */
  acknowledged(): ReadonlyMap<string, number>
  /** Returns the number of messages that made no run, because of the policy or mode `plan`. */
  skipped(): number
}

const durable = new Map([
  ['started', 'run'],
  ['duplicate', 'run'],
  ['parked', 'run'],
  ['planned', 'skipped'],
  ['skipped', 'skipped'],
])

/** Creates a reader of the starter's structured log. */
export const starterLog = (): StarterLog => {
  const messages = new Map<string, { readonly requestKey: string; readonly what: string }>()
  return {
    take(line) {
      if (!line.startsWith('{')) return
      const parsed = z.safeParse(Line, parseJson(line))
      if (!parsed.success) return
      const { outcome, messageId, requestKey } = parsed.data
      const what = durable.get(outcome)
      if (what !== undefined && requestKey !== undefined) messages.set(messageId, { requestKey, what })
    },
    acknowledged() {
      const counts = new Map<string, number>()
      for (const { requestKey } of messages.values())
        counts.set(requestKey, (counts.get(requestKey) ?? 0) + 1)
      return counts
    },
    skipped: () => [...messages.values()].filter(({ what }) => what === 'skipped').length,
  }
}
