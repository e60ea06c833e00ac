import { setTimeout as delay } from 'node:timers/promises'
import { elapsed } from '../console/columns.ts'
import { eventLine } from '../console/event-line.ts'
import type { Launched } from '../launch.ts'
import { announcements } from './summary.ts'
import { repeatLate, type Traffic } from './traffic.ts'

/**
 * Where `watch` prints, when the demo began, and when `watch` gives up; both times are readings of `performance.now()`.
 */
export interface WatchOptions {
  readonly print: (line: string) => void
  readonly beganMs: number
  readonly deadlineMs: number
}

/**
 * Prints each terminal event as it arrives, and the progress of the runs, until everything has ended or the deadline
 * passes. Repeats some of the publish events once every run has started.
 */
export const watch = async (
  system: Launched,
  traffic: Traffic,
  { print, beganMs, deadlineMs }: WatchOptions,
): Promise<void> => {
  let isRepeated = false
  let shown = 0
  let progress = ''
  while (performance.now() < deadlineMs) {
    const events = announcements(system)
    for (const { detail, detailType } of events.slice(shown))
      print(eventLine(elapsed(beganMs), detailType, detail))
    shown = events.length
    const now = progressOf(system, traffic)
    if (now !== progress) print(`${elapsed(beganMs)} ${now}`)
    progress = now
    const isOver = hasEnded(system, traffic)
    if (isOver && isRepeated && (await system.stack.activity()).idle) return
    if (!isRepeated && (isOver || haveAllStarted(system, traffic))) {
      print(`${elapsed(beganMs)} publishing ${traffic.lateEvents.length} of the events again`)
      repeatLate(traffic, system.stack)
      isRepeated = true
    }
    await delay(500)
  }
}

const progressOf = ({ datazone }: Launched, traffic: Traffic): string => {
  const counts = { SUBMITTED: 0, IN_PROGRESS: 0, ended: 0 }
  for (const { status } of datazone.datazone.control.runs()) {
    if (status === 'SUBMITTED' || status === 'IN_PROGRESS') counts[status] += 1
    else counts.ended += 1
  }
  const assets = new Set(traffic.events.map(({ assetId }) => assetId)).size
  const states = `SUBMITTED ${counts.SUBMITTED}   IN_PROGRESS ${counts.IN_PROGRESS}   ended ${counts.ended}`
  return `runs at DataZone: ${states} of ${assets}`
}

const haveAllStarted = ({ datazone }: Launched, traffic: Traffic): boolean =>
  datazone.datazone.control.runs().length >= traffic.events.length

const hasEnded = (system: Launched, traffic: Traffic): boolean => {
  const rejected = new Set<string>()
  const assets = new Set<string>()
  for (const { detail } of announcements(system)) {
    if (detail.data.status === 'REJECTED') rejected.add(detail.metadata.id)
    else if (detail.data.asset !== undefined) assets.add(detail.data.asset.id)
  }
  return rejected.size >= traffic.bad && traffic.events.every(({ assetId }) => assets.has(assetId))
}
