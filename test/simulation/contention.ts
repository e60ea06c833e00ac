import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'
import { sendRequest } from './send-request.ts'

/** An asset that many requests ask for at once. */
export const contendedAsset = 'thronged'

const minute = 60_000

/**
 * In some seeds, in the calm: a publish of an asset; after its run, many more publishes at once; and later some requests to
 * regenerate, all at once. They are few enough that the history of one record has a line for each.
 */
export const contentionActions = (
  random: Random,
  { domainId, projectId, stormMs }: { domainId: string; projectId: string; stormMs: number },
  published: (assetId: string) => Action,
): readonly { readonly atMs: number; readonly action: Action }[] => {
  if (!random.chance(0.04)) return []
  const atMs = stormMs + 100 * minute
  const types = ['BUSINESS_DESCRIPTIONS']
  const regeneration = (number: number): Action => {
    const asked = { id: `throng-${number}`, assetId: contendedAsset, sets: [types], regenerate: true }
    return sendRequest({ domainId, projectId }, asked, types)
  }
  const publishes = random.whole(8, 12)
  const regenerations = random.whole(4, 8)
  return [
    { atMs, action: published(contendedAsset) },
    ...Array.from({ length: publishes }, () => ({
      atMs: atMs + 20 * minute,
      action: published(contendedAsset),
    })),
    ...Array.from({ length: regenerations }, (_, number) => ({
      atMs: atMs + 40 * minute,
      action: regeneration(number + 1),
    })),
  ]
}
