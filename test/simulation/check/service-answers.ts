import type { Outside } from '../outside.ts'
import { historyOf, type Item, idOfRequest, inner, list, nameOf, text } from './items.ts'
import type { Rule } from './rule.ts'

/** What DataZone, or the network before it, answers for reasons that say nothing of the request. */
const causeless =
  /^(InvalidSignature|ExpiredToken|UnrecognizedClient|UnknownError|UnreadableAnswer|TypeError|InternalServer|Throttling)/

/** P2: a request is rejected for what DataZone says of the request, never for how an answer looked. */
export const rejectionsHaveACause: Rule = ({ items }) =>
  items.flatMap((item) => {
    const name = text(inner(item, 'error'), 'name') ?? ''
    return item['ending'] === 'REJECTED' && causeless.test(name)
      ? [`${nameOf(item)} was rejected for ${name}`]
      : []
  })

const timesAnswered = ({ answeredErrors }: Outside, name: string): number =>
  answeredErrors[`datazone ${name}`] ?? 0

/** P7: only DataZone's own refusal for want of a permission parks work as denied; an old signature is no such thing. */
export const onlyDenialsParkAsDenied: Rule = (outside) => {
  const denials =
    timesAnswered(outside, 'AccessDeniedException') + timesAnswered(outside, 'UnauthorizedException')
  if (denials > 0) return []
  return outside.items.flatMap((item) =>
    historyOf(item).some((line) => text(line, 'what')?.startsWith('parked: DENIED') === true)
      ? [`${nameOf(item)} was parked as denied, and DataZone denied nothing`]
      : [],
  )
}

const isDescribable = (item: Item): boolean =>
  list(item, 'types').every((type) => type === 'BUSINESS_DESCRIPTIONS') &&
  /^(asset|burst|later|old)\d/.test(text(item, 'assetId') ?? '')

/** An older deployment runs what it can generate. */
export const olderDeploymentsRunDescriptions: Rule = ({ items, apiGeneration }) =>
  items.flatMap((item) => {
    const { name, message } = {
      name: text(inner(item, 'error'), 'name'),
      message: text(inner(item, 'error'), 'message'),
    }
    const isRejected = item['ending'] === 'REJECTED' && name === 'ValidationException'
    return apiGeneration === 'older' && isDescribable(item) && isRejected && item['projectId'] === 'project1'
      ? [`${nameOf(item)} was rejected by an older deployment: ${message}`]
      : []
  })

/** The sender of DataZone's own event cannot fix it: nothing that it published is rejected for the project that the event gave. */
export const publishesKeepTheAssetsProject: Rule = ({ items }) =>
  items.flatMap((item) =>
    text(inner(item, 'request'), 'trigger') !== undefined &&
    item['assetId'] !== undefined &&
    item['ending'] === 'REJECTED' &&
    /project/i.test(text(inner(item, 'error'), 'message') ?? '')
      ? [`${nameOf(item)} was rejected for the project of DataZone's event`]
      : [],
  )

/** An asset event whose trigger the policy does not list starts nothing. */
export const unlistedTriggersStartNothing: Rule = ({ items, unlistedEvents }) =>
  items.flatMap((item) =>
    unlistedEvents.has(idOfRequest(item))
      ? [`${nameOf(item)} is of an event that the policy does not list`]
      : [],
  )
