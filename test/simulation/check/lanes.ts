import type { Outside } from '../outside.ts'
import {
  historyOf,
  type Item,
  idOfRequest,
  isHistoryComplete,
  nameOf,
  requestKeyOf,
  targetOf,
  text,
} from './items.ts'
import type { Rule } from './rule.ts'

/** Returns whether every request for the asset of a record is a backfill request. */
export const isOnlyBackfill = ({ sent }: Outside, item: Item): boolean => {
  const asked = sent.filter(({ request }) => request?.assetId === targetOf(item))
  return asked.length > 0 && asked.every(({ request }) => request?.backfill === true)
}

/**
 * A backfill request waits until a sweep releases it. Checked only for requests that name a revision and need no GetAsset:
 * others wait on a record that is deleted once the revision is known.
 */
export const backfillWaitsForASweep: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const asked = outside.sent.find(({ request }) => request?.id === idOfRequest(item))?.request
    const isVisible = asked?.backfill === true && asked.revision !== undefined && isHistoryComplete(item)
    if (!isVisible || outside.scenario.skipped.size > 0 || !isOnlyBackfill(outside, item)) return []
    const lines = historyOf(item).map((line) => text(line, 'what') ?? '')
    const claimedAt = lines.indexOf('claimed')
    return claimedAt < 0 || lines.slice(0, claimedAt).some((what) => what.includes('released'))
      ? []
      : [`${nameOf(item)} of backfill request ${requestKeyOf(item)} was claimed before a sweep released it`]
  })

/** A record moves to the live lane once a live request asks for it. */
export const liveIsNotHeldBack: Rule = ({ heldBack }) =>
  [...heldBack].map((key) => `${key} waited in the backfill lane, though a live request had asked for it`)
