import type { Outside } from '../outside.ts'
import { guardedFromMs } from './acceptance.ts'
import {
  type Item,
  inner,
  isPlanned,
  list,
  nameOf,
  number,
  requestKeyOf,
  startedTypes,
  succeededFor,
  text,
} from './items.ts'
import type { Rule } from './rule.ts'

/** From reading the records to writing the claim: one invocation, and the difference of two clocks. */
const decidingMs = 60_000

type Seen = Pick<Outside, 'items' | 'scenario' | 'hints' | 'revisions' | 'skewMs'>

/** Returns the schema of the revision that a run is about. */
const schemaOf = ({ revisions }: Seen, item: Item): string | undefined =>
  revisions.get(text(item, 'assetId') ?? '')?.find(({ revision }) => revision === text(item, 'revision'))
    ?.schema

/** Returns whether a publish caused the run, so that the starter read the columns of the asset before the Start. */
const knowsItsSchema = (item: Item): boolean => inner(item, 'request')['trigger'] !== undefined

const runsOfType = ({ items }: Seen, assetId: unknown, type: unknown): readonly Item[] =>
  items.filter(
    (item) =>
      item['assetId'] === assetId &&
      item['state'] === 'ENDED' &&
      item['runId'] !== undefined &&
      startedTypes(item).includes(type),
  )

/** Returns when the guard decided: at the first record of the request, which may be split later for the older API. */
const decidedAtMs = ({ items }: Seen, item: Item): number =>
  Math.min(
    ...items
      .filter(
        (other) =>
          requestKeyOf(other) === requestKeyOf(item) &&
          other['assetId'] === item['assetId'] &&
          other['revision'] === item['revision'],
      )
      .map((other) => number(other, 'createdAtMs')),
  )

/** A publish runs no type that succeeded a short time before with the same schema. */
export const repeatsAreSkipped: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const claimedAtMs = decidedAtMs(outside, item)
    const atMs = claimedAtMs - decidingMs
    const isFirst = number(item, 'attempt') === 1 && text(item, 'revision') !== undefined && !isPlanned(item)
    if (inner(item, 'request')['trigger'] === undefined || !isFirst) return []
    return list(item, 'types').flatMap((type) => {
      const last = runsOfType(outside, item['assetId'], type)
        .filter(
          (other) =>
            other !== item &&
            // Each record has its times from another clock.
            number(other, 'detectedAtMs') < claimedAtMs + 2 * outside.skewMs,
        )
        .toSorted((left, right) => number(left, 'detectedAtMs') - number(right, 'detectedAtMs'))
        .at(-1)
      if (last === undefined || !succeededFor(last, type) || number(last, 'detectedAtMs') > atMs) return []
      if (schemaOf(outside, last) !== schemaOf(outside, item)) return []
      return claimedAtMs - guardedFromMs(outside, last, atMs) < outside.scenario.guardMs
        ? [
            `${nameOf(item)} repeats ${nameOf(last)}, which succeeded for ${type} or was accepted within the days of the repeat guard`,
          ]
        : []
    })
  })

/**
 * Returns whether the skip log says that a publish was skipped for a type, and a run explains that: one that had succeeded
 * for the type a short time before, with the columns that the asset had when the starter read the publish.
 */
export const isGuarded = (
  outside: Seen & Pick<Outside, 'skips'>,
  publish: { readonly id: string; readonly assetId: string; readonly fromMs: number },
  type: unknown,
): boolean =>
  outside.skips.some((skip) => {
    const isMeant =
      skip.reason === 'REPEAT_GUARD' &&
      skip.requestKey === `event:${publish.id}` &&
      skip.types?.some((skipped) => skipped === type) === true
    if (!isMeant) return false
    const shown = (outside.revisions.get(publish.assetId) ?? []).filter(
      (_, index, all) => (all[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY) > publish.fromMs,
    )
    return runsOfType(outside, publish.assetId, type).some(
      (run) =>
        succeededFor(run, type) &&
        skip.atMs - guardedFromMs(outside, run, skip.atMs + 2 * outside.skewMs) < outside.scenario.guardMs &&
        (!knowsItsSchema(run) || shown.some(({ schema }) => schema === schemaOf(outside, run))),
    )
  })
