import { setTimeout as delay } from 'node:timers/promises'
import type { RunRequest } from '../lib/contracts/run-request.ts'
import type { RunStore } from '../lib/ports/run-store.ts'
import type { SkipHistory } from '../lib/ports/skip-log.ts'
import { isRequestedBy, type Run } from '../lib/run/run.ts'
import { skipText, standingOf } from '../lib/usecases/inspect/describe-run.ts'
import { formatOf, type OutputFlags } from './output.ts'
import { progressOf } from './progress.ts'
import { printable } from './terminal.ts'

/** The state of a request when `followRequests` ends. */
export interface FollowedRequest {
  readonly request: RunRequest
  readonly outcome: 'succeeded' | 'not-succeeded' | 'skipped' | 'waiting'
  /** One clause: the standing of its runs, or why it was skipped. Empty while no record names it. */
  readonly standing: string
  readonly runs: readonly Run[]
}

export interface FollowPorts {
  readonly store: Pick<RunStore, 'runsOf'>
  readonly skips: SkipHistory
}

/** Above this many requests, changes are counted instead of printed. */
export const printedRequests = 5
const pollMs = 1000
const inParallel = 10

const targetOf = (request: RunRequest) =>
  request.kind === 'METADATA_GENERATION'
    ? { domainId: request.domainId, assetId: request.asset.id }
    : { domainId: request.domainId, dataSourceId: request.dataSource.id }

const lookUp = async (request: RunRequest, { store, skips }: FollowPorts): Promise<FollowedRequest> => {
  const requestKey = `request:${request.requestId}`
  const found = await store.runsOf(targetOf(request))
  const runs = found.runs.filter((run) => isRequestedBy(run, requestKey))
  if (runs.length === 0) {
    const skip = (await skips.skipsOf(targetOf(request))).find((one) => one.requestKey === requestKey)
    if (skip !== undefined) return { request, outcome: 'skipped', standing: skipText(skip), runs }
  }
  const standing = runs.map(standingOf).join('; ')
  if (runs.length === 0 || runs.some(({ state }) => state !== 'ENDED'))
    return { request, outcome: 'waiting', standing, runs }
  const isGood = runs.every((run) => run.state === 'ENDED' && run.ending === 'SUCCEEDED')
  return { request, outcome: isGood ? 'succeeded' : 'not-succeeded', standing, runs }
}

/**
 * Reads the runs of requests once a second until each has ended or was skipped, or the time is up. Returns the state of
 * each request, in order. As text, prints each change of a few requests, and a progress bar for many.
 */
export const followRequests = async (
  requests: readonly RunRequest[],
  ports: FollowPorts,
  deadlineMs: number,
  flags: OutputFlags,
): Promise<readonly FollowedRequest[]> => {
  const isPrinted = requests.length <= printedRequests && formatOf(flags) === 'table' && flags.quiet !== true
  const latest = new Map<RunRequest, FollowedRequest>()
  const isOpen = (request: RunRequest) => (latest.get(request)?.outcome ?? 'waiting') === 'waiting'
  const look = async (request: RunRequest) => {
    const now = await lookUp(request, ports)
    if (isPrinted && now.outcome !== 'skipped' && now.standing !== (latest.get(request)?.standing ?? ''))
      console.log(`${request.requestId}: ${printable(now.standing)}`)
    latest.set(request, now)
  }
  const progress = progressOf('requests ended', isPrinted ? { quiet: true } : flags)
  try {
    for (let open = requests; open.length > 0; ) {
      for (let from = 0; from < open.length; from += inParallel)
        await Promise.all(open.slice(from, from + inParallel).map(look))
      open = open.filter(isOpen)
      progress.report(requests.length - open.length, requests.length)
      if (open.length === 0 || Date.now() + pollMs > deadlineMs) break
      await delay(pollMs)
    }
  } finally {
    progress.end()
  }
  return requests.flatMap((request) => latest.get(request) ?? [])
}
