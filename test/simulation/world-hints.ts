import type { DataZone } from '../../local/datazone/datazone.ts'
import type { Outside } from './outside.ts'
import type { VirtualTime } from './ports/clock.ts'
import { deliverHints } from './ports/hint-source.ts'
import type { SimulatedQueue } from './ports/queue.ts'
import type { Profile } from './profile.ts'

/** DataZone's own events on their way to the hint queue. */
export interface WorldHints {
  /** DataZone whose events become hints. */
  readonly hinting: DataZone
  readonly sendHint: (body: string) => void
  /** Every event of DataZone that reached the hint queue. */
  readonly delivered: Outside['hints']
}

/** The name of one of DataZone's own events, and the id of its subject. */
const hintIn = (body: string, atMs: number): Outside['hints'] => {
  try {
    const { 'detail-type': name, detail } = JSON.parse(body)
    return typeof name === 'string' ? [{ atMs, name, id: String(detail?.metadata?.id) }] : []
  } catch {
    return []
  }
}

/** Begins to deliver the events of DataZone to the hint queue. */
export const worldHints = (time: VirtualTime, datazone: DataZone, hints: SimulatedQueue): WorldHints => {
  const delivered: Outside['hints'][number][] = []
  const sendHint = (body: string) => {
    delivered.push(...hintIn(body, time.now()))
    hints.send(body)
  }
  return { hinting: deliverHints(time, datazone, sendHint), sendHint, delivered }
}

/** The endings of which DataZone's own events give the run or its asset. */
export const hintedBy = ({ eventPayload, partialEvent }: Profile) => {
  const statuses = ['SUCCEEDED', 'FAILED', ...(partialEvent === 'none' ? [] : ['PARTIALLY_SUCCEEDED'])]
  return {
    hintedSourceStatuses: statuses,
    hintedStatuses: eventPayload === 'domain-only' ? [] : statuses,
  }
}
