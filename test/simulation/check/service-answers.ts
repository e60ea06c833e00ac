import type { Outside } from '../outside.ts'
import { historyOf, type Item, idOfRequest, inner, list, nameOf, text } from './items.ts'
import type { Rule } from './rule.ts'

/** Names of errors, of DataZone or the network before it, that say nothing about the request. */
const causeless =
  /^(InvalidSignature|ExpiredToken|UnrecognizedClient|UnknownError|UnreadableAnswer|TypeError|InternalServer|Throttling)/

/** P2: a request is rejected only for an error that is about the request, never for an answer that cannot be read. */
export const rejectionsHaveACause: Rule = ({ items }) =>
  items.flatMap((item) => {
    const name = text(inner(item, 'error'), 'name') ?? ''
    return item['ending'] === 'REJECTED' && causeless.test(name)
      ? [`${nameOf(item)} was rejected for ${name}, which says nothing about the request`]
      : []
  })

const timesAnswered = ({ answeredErrors }: Outside, name: string): number =>
  answeredErrors[`datazone ${name}`] ?? 0

/** P7: a request parks as DENIED only where DataZone denied a permission. An expired signature is no denial. */
export const onlyDenialsParkAsDenied: Rule = (outside) => {
  const denials =
    timesAnswered(outside, 'AccessDeniedException') + timesAnswered(outside, 'UnauthorizedException')
  if (denials > 0) return []
  return outside.items.flatMap((item) =>
    historyOf(item).some((line) => text(line, 'what')?.startsWith('parked: DENIED') === true)
      ? [`${nameOf(item)} was parked as DENIED, though DataZone denied no permission`]
      : [],
  )
}

const isDescribable = (item: Item): boolean =>
  list(item, 'types').every((type) => type === 'BUSINESS_DESCRIPTIONS') &&
  /^(asset|crowd|later|old|trial|backlog|unlisted)\d/.test(text(item, 'assetId') ?? '')

/** P8: DataZone's older API runs descriptions, so no request for them is rejected as invalid. */
export const olderDeploymentsRunDescriptions: Rule = ({ items, apiGeneration }) =>
  items.flatMap((item) => {
    const { name, message } = {
      name: text(inner(item, 'error'), 'name'),
      message: text(inner(item, 'error'), 'message'),
    }
    const isRejected = item['ending'] === 'REJECTED' && name === 'ValidationException'
    return apiGeneration === 'older' && isDescribable(item) && isRejected && item['projectId'] === 'project1'
      ? [`${nameOf(item)} was rejected by the older API: ${message}`]
      : []
  })

/** P2: no publish is rejected for the project in DataZone's event, because its sender cannot fix that. */
export const publishesKeepTheAssetsProject: Rule = ({ items }) =>
  items.flatMap((item) =>
    text(inner(item, 'request'), 'trigger') !== undefined &&
    item['assetId'] !== undefined &&
    item['ending'] === 'REJECTED' &&
    /project/i.test(text(inner(item, 'error'), 'message') ?? '')
      ? [`${nameOf(item)} was rejected for the project in DataZone's event`]
      : [],
  )

/** An asset event whose trigger the policy does not list starts nothing. */
export const unlistedTriggersStartNothing: Rule = ({ items, unlistedEvents }) =>
  items.flatMap((item) =>
    unlistedEvents.has(idOfRequest(item))
      ? [`${nameOf(item)} comes from an event whose trigger the policy does not list`]
      : [],
  )
