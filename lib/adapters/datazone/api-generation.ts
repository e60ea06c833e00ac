import type { ApiSetting, DataZone, Refusal, StartInput } from '../../ports/datazone.ts'
import type { GenerationType } from '../../run/run.ts'

/**
 * The generations of StartMetadataGenerationRun. The current one takes `types`; the older one, of the API's first
 * published page, requires `type`, of which BUSINESS_DESCRIPTIONS is the only value. A Region or partition may lag.
 */
export type ApiGeneration = 'current' | 'older'

/** The types that the older generation can generate. */
const olderTypes: readonly GenerationType[] = ['BUSINESS_DESCRIPTIONS']

/** Whether a Start with `types` was refused because the deployment requires `type`. */
const requiresType = ({ kind, message }: Refusal): boolean =>
  kind === 'INVALID' && /(?<![\w.])type(?![\w.]).*\b(null|required|missing)\b/is.test(message)

/** Returns the refusal of types that the older generation does not know, or undefined when it knows all of them. */
const refuseUnsupported = (types: readonly GenerationType[]): Refusal | undefined => {
  const unsupported = types.filter((type) => !olderTypes.includes(type))
  if (unsupported.length === 0) return undefined
  const message = `this DataZone deployment has the older API, which generates ${olderTypes.join(', ')} only, not ${unsupported.join(', ')}; request the supported types alone`
  return {
    kind: 'INVALID',
    definite: true,
    name: 'UnsupportedType',
    message,
    supportedTypes: types.filter((type) => olderTypes.includes(type)),
    cause: new Error(message),
  }
}

/**
 * Starts a metadata run in the generation of the API that its domain has. Detected from the refusal of a Start, a domain
 * of the older generation is added to `olderDomains`, and the Start is sent again at once under the same token.
 */
export const startByGeneration = (
  { api, olderDomains }: { readonly api: ApiSetting; readonly olderDomains: Set<string> },
  { domainId, types }: Pick<StartInput, 'domainId' | 'types'>,
  startIn: (generation: ApiGeneration) => ReturnType<DataZone['startRun']>,
): ReturnType<DataZone['startRun']> => {
  const startInOlder = async () => {
    const refusal = refuseUnsupported(types)
    return refusal === undefined ? await startIn('older') : ({ outcome: 'refused', refusal } as const)
  }
  const detect = async () => {
    const result = await startIn('current')
    if (api === 'current' || result.outcome === 'answered' || !requiresType(result.refusal)) return result
    olderDomains.add(domainId)
    return startInOlder()
  }
  return api === 'older' || olderDomains.has(domainId) ? startInOlder() : detect()
}
