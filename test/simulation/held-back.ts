import { inner, list, text } from './check/items.ts'
import type { TableWrite } from './ports/run-store.ts'
import type { Program } from './program.ts'

/** Finds the keys of the records that waited in the backfill lane, though they named a live request as a duplicate. */
export const heldBack = (writes: readonly TableWrite[], program: Program): ReadonlySet<string> => {
  const live = new Set(
    program.actions.flatMap(({ action }) =>
      action.kind === 'send' && action.request !== undefined && action.request.backfill !== true
        ? [action.request.id]
        : [],
    ),
  )
  const isLive = (duplicate: unknown): boolean => {
    const key = text(inner({ duplicate }, 'duplicate'), 'requestKey') ?? ''
    return live.has(key.slice(key.indexOf(':') + 1))
  }
  const isHeldBack = ({ item }: TableWrite): boolean =>
    item?.['state'] === 'PARKED' &&
    inner(item, 'request')['lane'] === 'backfill' &&
    list(item, 'alsoRequestedBy').some(isLive)
  return new Set(writes.filter(isHeldBack).map(({ key }) => key))
}
