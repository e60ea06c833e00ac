import { eventSubject, isAbout, isAnswer, knownStatuses, metadataOf, statusOf } from './events.ts'
import { list, nameOf, number, text } from './items.ts'
import type { Rule } from './rule.ts'

export const tableFirst: Rule = ({ events }) =>
  events.flatMap((event) => {
    const status = statusOf(event)
    if (status === 'STARTED' || isAnswer(event) || eventSubject(event) === undefined) return []
    const held = event.itemsThen.some(
      (item) => isAbout(event, item) && item['state'] === 'ENDED' && item['ending'] === status,
    )
    return held ? [] : [`${eventSubject(event)} was announced as ${status} before the table held that ending`]
  })

/** The record of a failed asset run has the typeStats, except where DataZone sends none or makes them unreadable. */
export const failuresHaveTypeStats: Rule = ({ items, apiGeneration, unreadableMembers }) =>
  items.flatMap((item) => {
    const failed = item['ending'] === 'FAILED' || item['ending'] === 'PARTIALLY_SUCCEEDED'
    const hasReasons = list(item, 'typeStats').length > 0 || item['kind'] === 'DATA_SOURCE'
    const isExcused = unreadableMembers.includes('typeStats') || apiGeneration !== 'current'
    return failed && !hasReasons && !isExcused
      ? [`${nameOf(item)} ended as ${item['ending']}, and its record has no typeStats to say why`]
      : []
  })

export const sameEventId: Rule = ({ events }) => {
  const wrong: string[] = []
  const idOf = new Map<string, string>()
  const endingOf = new Map<string, string>()
  for (const event of events) {
    const subject = eventSubject(event)
    if (subject === undefined || isAnswer(event)) continue
    const ending = `${subject} ${statusOf(event)}`
    const id = text(metadataOf(event), 'id') ?? ''
    if ((idOf.get(ending) ?? id) !== id) wrong.push(`${ending} was announced under two event ids`)
    if ((endingOf.get(id) ?? ending) !== ending)
      wrong.push(`event id ${id} announces both ${ending} and ${endingOf.get(id)}`)
    idOf.set(ending, id)
    endingOf.set(id, ending)
  }
  return wrong
}

/** How far clocks may differ. */
const clocksMs = 5_000

export const endingsAreFinalAndTrue: Rule = ({ events, items, runs, scenario, forgotten }) => {
  const wrong: string[] = []
  const announced = new Map<string, string>()
  for (const event of events) {
    const subject = eventSubject(event)
    const status = statusOf(event)
    if (subject === undefined || status === undefined || status === 'STARTED' || isAnswer(event)) continue
    const earlier = announced.get(subject) ?? status
    if (earlier !== status) wrong.push(`${subject} was announced as ${earlier} and later as ${status}`)
    announced.set(subject, status)
  }
  for (const item of items) {
    const truth = runs.find((run) => run.id === item['runId'])
    if (item['state'] !== 'ENDED' || truth === undefined || forgotten.has(truth.id)) continue
    // A run that timed out continues at DataZone, and may end there later.
    const isGivenUp =
      item['ending'] === 'TIMED_OUT' &&
      (!knownStatuses.includes(truth.status) ||
        truth.endsAtMs > number(item, 'detectedAtMs') - clocksMs ||
        (truth.status === 'CANCELED' && scenario.cancelsAtDeadline))
    if (truth.status !== item['ending'] && !isGivenUp) {
      wrong.push(`${nameOf(item)} ended as ${item['ending']}, but its DataZone run is ${truth.status}`)
    }
  }
  return wrong
}
