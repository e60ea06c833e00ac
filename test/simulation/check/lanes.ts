import type { Outside } from '../outside.ts'
import {
  historyIsWhole,
  historyOf,
  type Item,
  idOfRequest,
  nameOf,
  requestKeyOf,
  targetOf,
  text,
} from './items.ts'
import type { Rule } from './rule.ts'

/** Whether only backfill requests ask for the asset of a record. */
export const isOnlyBackfill = ({ sent }: Outside, item: Item): boolean => {
  const asked = sent.filter(({ request }) => request?.assetId === targetOf(item))
  return asked.length > 0 && asked.every(({ request }) => request?.backfill === true)
}

/** Seen only of a request that names its revision and needs no look: another's wait is on a record that is gone. */
export const backfillWaitsForASweep: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const asked = outside.sent.find(({ request }) => request?.id === idOfRequest(item))?.request
    const isSeen = asked?.backfill === true && asked.revision !== undefined && historyIsWhole(item)
    if (!isSeen || outside.scenario.skipped.size > 0 || !isOnlyBackfill(outside, item)) return []
    const lines = historyOf(item).map((line) => text(line, 'what') ?? '')
    const claimedAt = lines.indexOf('claimed')
    return claimedAt < 0 || lines.slice(0, claimedAt).some((what) => what.includes('released'))
      ? []
      : [`${nameOf(item)} of backfill ${requestKeyOf(item)} did not wait for a sweep`]
  })

export const liveIsNotHeldBack: Rule = ({ heldBack }) =>
  [...heldBack].map((key) => `${key} waited as backfill though a live request had asked for it`)
