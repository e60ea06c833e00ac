import { present } from '../../lib/run/present.ts'
import type { Finding } from '../../lib/usecases/inspect/diagnose.ts'
import type { Profile } from '../../local/datazone/input/profile.ts'
import { readAsset } from '../catalog.ts'
import { type ChangeFlags, confirmed } from '../confirm.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { resolveAsset } from '../resolve-asset.ts'
import type { StackLocation, StackOptions } from '../stack-location.ts'
import { domainOf } from '../target.ts'
import { recordProfile } from './record-profile.ts'
import type { SpentAsset } from './spend-one-run.ts'

export interface LiveOptions extends StackOptions, ChangeFlags {
  readonly domain?: string
  /** True: write to the default file. */
  readonly live?: true | string
  readonly spendOneRun?: string
  readonly listen?: number
  readonly timeout: number
}

const defaultFile = 'datazone-profile.json'
const defaultListenSeconds = 60

const assetToSpend = async (
  named: string,
  location: StackLocation,
  options: LiveOptions,
): Promise<SpentAsset> => {
  const { domainId, assetId } = await resolveAsset(named, options, location)
  const {
    owningProjectId: projectId,
    revision,
    name,
  } = await readAsset({ domainId, assetId }, location, options)
  const question = `Start one run of ${name} (${assetId})? It counts in the month's quota and makes suggestions.`
  if (!(await confirmed(question, options)))
    throw new CommandFailed(exitCodes.usage, 'no run was started, and nothing was recorded')
  return { domainId, assetId, projectId, revision }
}

const seen = (value: string | number | null): string => (value === null ? 'not seen' : String(value))

const foundIn = ({ list, start, errors, events }: Profile): readonly string[] => [
  `order of List: ${seen(list.order)} (${list.runsSeen} runs)`,
  `List shows a run after: ${seen(list.lagMs)}${list.lagMs === null ? '' : ' ms'}`,
  ...list.unrecognizedStatuses.map((status) => `unrecognized status: ${status}`),
  `same token, same request: ${seen(start.sameToken)}`,
  `same token, other request: ${seen(start.otherRequest)}`,
  `Start while a run is active: ${seen(start.whileActive)}`,
  `Get of an unknown run: ${seen(errors.unknownRun)}; Cancel of an ended one: ${seen(errors.cancelEnded)}`,
  ...Object.entries(events).map(
    ([type, { seen: count, metadata, data }]) =>
      `event ${type}: ${count}, metadata ${Object.keys(metadata).join(' ')}; data ${Object.keys(data).join(' ') || 'empty'}`,
  ),
]

/** Records a profile of the real DataZone, and returns what it found. @throws CommandFailed */
export const liveFindings = async (
  location: StackLocation,
  options: LiveOptions,
): Promise<readonly Finding[]> => {
  const { live, spendOneRun: named } = options
  const file = typeof live === 'string' ? live : defaultFile
  const spend = named === undefined ? undefined : await assetToSpend(named, location, options)
  const listenSeconds = options.listen ?? (spend === undefined ? 0 : defaultListenSeconds)
  const profile = await recordProfile(file, location, {
    ...options,
    domainId: spend?.domainId ?? domainOf(options.domain, location),
    listenMs: listenSeconds * 1000,
    timeoutMs: options.timeout * 1000,
    ...present({ spend }),
  })
  const info = (found: string): Finding => ({ check: 'live', severity: 'info', found })
  return [
    ...foundIn(profile).map(info),
    {
      ...info(`recorded in ${file}, without ids, names or account numbers`),
      fix: `npm start -- --profile ${file} simulates this behavior`,
    },
  ]
}
