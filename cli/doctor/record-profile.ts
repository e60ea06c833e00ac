import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type DataZoneClient,
  GetMetadataGenerationRunCommand,
  ListMetadataGenerationRunsCommand,
} from '@aws-sdk/client-datazone'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import { type Profile, profileSchema } from '../../local/datazone/input/profile.ts'
import { dataZoneClient } from '../catalog.ts'
import { clientSettings } from '../connect.ts'
import { closeTail, openTail, readTail } from '../event-tail.ts'
import { note, type OutputFlags } from '../output.ts'
import type { StackLocation, StackOptions } from '../stack-location.ts'
import { eventShapes, type KnownIds } from './event-shapes.ts'
import { listFacts } from './list-facts.ts'
import { type SpentAsset, spendOneRun } from './spend-one-run.ts'

export interface RecordOptions extends StackOptions, OutputFlags {
  readonly domainId: string
  /** Start one run of this asset. */
  readonly spend?: SpentAsset
  /** How long to listen to the events of DataZone; with `spend`, from the ending of the run. */
  readonly listenMs: number
  /** How long the run may take. */
  readonly timeoutMs: number
}

const errorNameOf = (error: unknown): string | null =>
  error instanceof Error && /^[A-Z][A-Za-z]{2,60}$/.test(error.name) ? error.name : null

const noRun: Profile['start'] = { sameToken: null, otherRequest: null, whileActive: null }

const newestRuns = async (client: DataZoneClient, domainIdentifier: string) => {
  const { items = [] } = await client.send(
    new ListMetadataGenerationRunsCommand({ domainIdentifier, maxResults: 50 }),
  )
  return items.map(({ id, status, createdAt, target, owningProjectId }) => ({
    id,
    status,
    createdAtMs: createdAt?.getTime(),
    assetId: target?.identifier,
    projectId: owningProjectId,
  }))
}

/** Returns the error name that Get answers for a run that does not exist. */
const unknownRun = (client: DataZoneClient, domainIdentifier: string): Promise<string | null> =>
  client
    .send(
      new GetMetadataGenerationRunCommand({
        domainIdentifier,
        identifier: `none-${randomUUID().slice(0, 8)}`,
      }),
    )
    .then(
      () => null,
      (error: unknown) => errorNameOf(error),
    )

/**
 * Listens to the events of DataZone on the default bus during `work` and for `listenMs` after it, through a temporary
 * rule and queue, which it always removes. Returns the bodies of the events.
 */
const listenDuring = async <T>(
  location: StackLocation,
  options: RecordOptions,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly bodies: readonly string[] }> => {
  if (options.listenMs === 0) return { result: await work(), bodies: [] }
  const sqs = new SQSClient(clientSettings(location, 'sqs', options))
  const events = new EventBridgeClient(clientSettings(location, 'eventbridge', options))
  const clients = { events, sqs, bus: 'default' }
  const tail = await openTail({ source: ['aws.datazone'] }, clients, Date.now())
  const stopping = new AbortController()
  const bodies: string[] = []
  const read = async () => {
    while (!stopping.signal.aborted) bodies.push(...(await readTail(tail, sqs, 2, stopping.signal)))
  }
  const reading = read().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })
  try {
    const result = await work()
    await Promise.race([delay(options.listenMs, undefined, { signal: stopping.signal }), reading])
    return { result, bodies }
  } finally {
    stopping.abort()
    await reading.catch(() => {})
    await closeTail(tail, clients)
  }
}

/**
 * Records undocumented behavior of DataZone in a file. It only reads, except for the one run of `spend` and the temporary
 * rule and queue that receive the events.
 * @throws CommandFailed when DataZone refuses the run of `spend`
 */
export const recordProfile = async (
  file: string,
  location: StackLocation,
  options: RecordOptions,
): Promise<Profile> => {
  const { domainId, spend, timeoutMs } = options
  const client = dataZoneClient(location, options)
  const before = await newestRuns(client, domainId)
  const { result: spent, bodies } = await listenDuring(location, options, async () => {
    if (spend === undefined) return undefined
    note(`starting one run of ${spend.assetId}, and waiting until it ends`, options)
    return spendOneRun(client, spend, { token: `dzrun-doctor-${randomUUID()}`, timeoutMs })
  })
  const after = spent === undefined ? before : await newestRuns(client, domainId)
  const idsOf = (name: 'id' | 'assetId' | 'projectId', ...more: readonly (string | undefined)[]) =>
    new Set(
      [...before, ...after]
        .map((run) => run[name])
        .concat(more)
        .filter((id) => id !== undefined),
    )
  const known: KnownIds = {
    domainId,
    projectIds: idsOf('projectId', spend?.projectId),
    assetIds: idsOf('assetId', spend?.assetId),
    runIds: idsOf('id', spent?.runId),
  }
  const profile = profileSchema.parse({
    version: 1,
    recordedAt: new Date().toISOString(),
    list: { ...listFacts(after), lagMs: spent?.lagMs ?? null },
    errors: { unknownRun: await unknownRun(client, domainId), cancelEnded: spent?.cancelEnded ?? null },
    start: spent?.start ?? noRun,
    events: eventShapes(bodies, known),
  } satisfies Profile)
  await writeFile(file, `${JSON.stringify(profile, null, 2)}\n`)
  return profile
}
