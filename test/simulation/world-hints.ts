import type { DataZone } from '../../local/datazone/datazone.ts'
import type { Outside } from './outside.ts'
import type { VirtualTime } from './ports/clock.ts'
import { deliverHints } from './ports/hint-source.ts'
import type { SimulatedQueue } from './ports/queue.ts'
import type { Profile } from './profile.ts'

/** The delivery of DataZone's events to the hint queue. */
export interface WorldHints {
  /** DataZone whose events become hints. */
  readonly hinting: DataZone
  readonly sendHint: (body: string) => void
  /** Every event of DataZone that reached the hint queue. */
  readonly delivered: Outside['hints']
}

/** Returns the name of an event of DataZone and the id of its subject; nothing for any other body. */
const hintIn = (body: string, atMs: number): Outside['hints'] => {
  try {
    const { 'detail-type': name, detail } = JSON.parse(body)
    return typeof name === 'string' ? [{ atMs, name, id: String(detail?.metadata?.id) }] : []
  } catch {
    return []
  }
}

/** Delivers the events of DataZone to the hint queue from now on. */
export const worldHints = (time: VirtualTime, datazone: DataZone, hints: SimulatedQueue): WorldHints => {
  const delivered: Outside['hints'][number][] = []
  const sendHint = (body: string) => {
    delivered.push(...hintIn(body, time.now()))
    hints.send(body)
  }
  return { hinting: deliverHints(time, datazone, sendHint), sendHint, delivered }
}

/** Returns the endings for which DataZone sends an event that names the run or its asset. */
export const hintedBy = ({ eventPayload, partialEvent }: Profile) => {
  const statuses = ['SUCCEEDED', 'FAILED', ...(partialEvent === 'none' ? [] : ['PARTIALLY_SUCCEEDED'])]
  return {
    hintedSourceStatuses: statuses,
    hintedStatuses: eventPayload === 'domain-only' ? [] : statuses,
  }
}
