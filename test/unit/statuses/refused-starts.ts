import type { RefusalKind } from '../../../lib/ports/datazone.ts'
import type { Breaker, BreakerCause } from '../../../lib/run/breaker.ts'
import type { Run, RunKind } from '../../../lib/run/run.ts'
import { runRequest, sourceRunRequest } from '../../support/messages.ts'
import { minute, t0 } from '../../support/runs.ts'
import { answered, refused } from '../../support/scripted-datazone.ts'
import { starterWorld } from '../../support/starter-world.ts'
import { errors, recordOf, refusals, row, table } from './cells.ts'

const sourceRequest = sourceRunRequest()

const aboutOf = ({ reason }: BreakerCause): string =>
  reason === 'DENIED'
    ? 'all requests of its domain and project'
    : 'all requests whose types include its types'

const hours = (ms: number): string => (ms === 4 * 60 * minute ? 'four hours' : `${ms / (60 * minute)} hours`)

const untilOf = ({ cause, nextProbeAtMs }: Breaker): string =>
  cause.reason === 'QUOTA_EXCEEDED'
    ? `until a probe succeeds: every ${hours(nextProbeAtMs - t0)}, and when the month turns`
    : `until a probe is allowed: after ${(nextProbeAtMs - t0) / minute}, 2, 4, 8 min, then every 15`

const waitOf = (run: Run | undefined, breaker: Breaker | undefined): string => {
  if (run?.state !== 'PARKED') return ''
  const minutes = Math.round((run.retryAtMs - t0) / minute)
  if (breaker !== undefined) return `, with ${aboutOf(breaker.cause)}, ${untilOf(breaker)}`
  return run.retryAtMs % (24 * 60 * minute) === 0 ? ' until tomorrow' : ` for ${minutes} min`
}

const ofRefusal = async (kind: RunKind, refusal: RefusalKind): Promise<string> => {
  const answer = async () => refused(refusal)
  const world = starterWorld({
    script: {
      startRun: answer,
      startSourceRun: answer,
      getAsset: async () => refused('DENIED'),
      getDataSource: async () => answered({ status: 'READY' }),
      listRuns: async () => answered({ runs: [] }),
    },
  })
  const body = kind === 'DATA_SOURCE' ? sourceRequest : runRequest()
  const [outcome] = await world.handle(body)
  const [run] = world.store.all()
  const [event] = world.bus.events
  const [breaker] = await world.breakers.openBreakers()
  let receives = 1
  for (let [last] = [outcome]; last?.outcome === 'retry'; receives += 1)
    [last] = await world.handle(body, receives + 1)
  return row(
    errors[refusal],
    `${recordOf(run)}${outcome?.outcome === 'parked' ? waitOf(run, breaker) : ''}`,
    event?.detailType ?? 'none',
    outcome?.outcome === 'retry'
      ? `returned for seconds; parked on the ${receives === 2 ? 'second' : 'third'} receive`
      : outcome?.outcome === 'rejected'
        ? 'acknowledged, with a copy in the rejected queue'
        : 'acknowledged',
  )
}

/** Returns the table of what each refusal of Start leads to. */
export const refusedStarts = async (kind: RunKind): Promise<string> =>
  table(
    ['answer to Start', 'record', 'event', 'message'],
    await Promise.all(refusals.map((refusal) => ofRefusal(kind, refusal))),
  )
