import { setTimeout as delay } from 'node:timers/promises'
import {
  CancelMetadataGenerationRunCommand,
  type DataZoneClient,
  GetMetadataGenerationRunCommand,
  ListMetadataGenerationRunsCommand,
  StartMetadataGenerationRunCommand,
} from '@aws-sdk/client-datazone'
import { knownStatuses } from '../../lib/run/service-status.ts'
import type { Profile } from '../../local/datazone/input/profile.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'

/**
 * Starts one run, and observes behavior of DataZone that is not documented.
 *
 * 1. One Start makes the run. Every other Start repeats its token, or names a revision that does not exist, so that
 *    DataZone has no reason to make another run. If it makes one all the same, that run is canceled at once.
 * 2. A fact that no answer proves is null.
 */

export interface SpentAsset {
  readonly domainId: string
  readonly projectId: string
  readonly assetId: string
  readonly revision: string
}

/** What one run showed. */
export interface SpentRun {
  readonly runId: string
  readonly start: Profile['start']
  readonly lagMs: number | null
  readonly cancelEnded: string | null
}

const noRevision = 'dzrun-doctor-no-such-revision'
const lookMs = 250
const maxLagMs = 180_000

const nameOf = (error: unknown): string =>
  error instanceof Error && /^[A-Z][A-Za-z]{2,60}$/.test(error.name) ? error.name : 'UnknownError'

type StartAnswer = { readonly runId: string } | { readonly error: string }

/** The calls about one asset. */
const callsOf = (client: DataZoneClient, { domainId, projectId, assetId, revision }: SpentAsset) => {
  const domainIdentifier = domainId
  const start = async (clientToken: string, of = revision): Promise<StartAnswer> => {
    const command = new StartMetadataGenerationRunCommand({
      domainIdentifier,
      owningProjectIdentifier: projectId,
      target: { type: 'ASSET', identifier: assetId, revision: of },
      types: ['BUSINESS_DESCRIPTIONS'],
      clientToken,
    })
    try {
      const { id } = await client.send(command)
      return id === undefined ? { error: 'UnknownError' } : { runId: id }
    } catch (error) {
      return { error: nameOf(error) }
    }
  }
  const cancel = (identifier: string): Promise<string | null> =>
    client
      .send(new CancelMetadataGenerationRunCommand({ domainIdentifier, identifier }))
      .then(() => null, nameOf)
  const status = async (identifier: string): Promise<string | undefined> =>
    (await client.send(new GetMetadataGenerationRunCommand({ domainIdentifier, identifier }))).status
  const listed = async (): Promise<readonly (string | undefined)[]> => {
    const of = { domainIdentifier, targetIdentifier: assetId, maxResults: 50 }
    const { items = [] } = await client.send(new ListMetadataGenerationRunsCommand(of))
    return items.map(({ id }) => id)
  }
  return { start, cancel, status, listed }
}

type Calls = ReturnType<typeof callsOf>

/** Returns how long List took to show the run, in ms; 0 when the first look showed it, null when it never did. */
const lagOf = async (runId: string, { listed }: Calls): Promise<number | null> => {
  const startedMs = Date.now()
  for (let look = 0; Date.now() - startedMs < maxLagMs; look += 1) {
    if ((await listed()).includes(runId)) return look === 0 ? 0 : Date.now() - startedMs
    await delay(lookMs)
  }
  return null
}

const answersOf = async (token: string, runId: string, calls: Calls): Promise<Profile['start']> => {
  /** Sends a Start that should make no run, and cancels the run if it does. */
  const probe = async (...given: Parameters<Calls['start']>) => {
    const answer = await calls.start(...given)
    if ('error' in answer) return answer.error
    if (answer.runId === runId) return 'same-run' as const
    await calls.cancel(answer.runId)
    return 'another-run' as const
  }
  const sameToken = await probe(token)
  const otherRequest = await probe(token, noRevision)
  const whileActive = await probe(`${token}-2`, noRevision)
  // A missing revision explains this answer as well as an active run would.
  const isProof = whileActive === 'ConflictException' || whileActive === 'another-run'
  return {
    sameToken,
    otherRequest: otherRequest === 'ResourceNotFoundException' ? null : otherRequest,
    whileActive: isProof ? whileActive : null,
  }
}

const hasEnded = (status: string | undefined): boolean =>
  status !== undefined && knownStatuses.METADATA_GENERATION[status]?.phase === 'ended'

/**
 * Starts the run, probes undocumented behavior while it is active, and waits until it ends.
 * @throws CommandFailed when DataZone refuses the Start, or the run has not ended in time
 */
export const spendOneRun = async (
  client: DataZoneClient,
  asset: SpentAsset,
  { token, timeoutMs }: { readonly token: string; readonly timeoutMs: number },
): Promise<SpentRun> => {
  const calls = callsOf(client, asset)
  const started = await calls.start(token)
  if ('error' in started)
    throw new CommandFailed(exitCodes.service, `DataZone refused to start the run: ${started.error}`)
  const { runId } = started
  const deadlineMs = Date.now() + timeoutMs
  const [start, lagMs] = await Promise.all([answersOf(token, runId, calls), lagOf(runId, calls)])
  while (!hasEnded(await calls.status(runId))) {
    if (Date.now() > deadlineMs)
      throw new CommandFailed(exitCodes.service, `run ${runId} has not ended within --timeout; it continues`)
    await delay(lookMs * 4)
  }
  return { runId, start, lagMs, cancelEnded: await calls.cancel(runId) }
}
