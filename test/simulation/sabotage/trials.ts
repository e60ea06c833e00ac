import { PortUnavailable } from '../../../lib/errors.ts'
import { contendedAsset } from '../contention.ts'
import type { TrialKind } from '../trials.ts'
import { filtered, type Sabotage, withPace, withStore } from './sabotage.ts'

const inTrial =
  (...kinds: readonly TrialKind[]): NonNullable<Sabotage['appliesTo']> =>
  ({ program: { trial } }) =>
    trial !== undefined && kinds.includes(trial.kind)

const isContended: NonNullable<Sabotage['appliesTo']> = ({ program }) =>
  program.actions.some(({ action }) => action.kind === 'send' && action.request?.assetId === contendedAsset)

/** How many claims of the contended asset fail for each request. */
const failuresPerRequest = 6

/** Defects that show during a trial, or while many requests ask for one asset. */
export const trialsSabotages: readonly Sabotage[] = [
  {
    name: 'retry no write that DynamoDB refused',
    appliesTo: inTrial('contended-writes'),
    without: 'write retries',
  },
  {
    name: 'take a refused claim for a lost race',
    appliesTo: inTrial('contended-writes'),
    without: 'write retries',
    ports: (ports) =>
      withStore(ports, {
        claim: async (claim, terms) => {
          try {
            return await ports.store.claim(claim, terms)
          } catch {
            return { outcome: 'exists' }
          }
        },
      }),
  },
  {
    name: 'recognize no claim whose answer was lost',
    appliesTo: inTrial('lost-claims'),
    without: 'claim ids',
  },
  {
    name: 'believe a pace whose times lie ahead',
    appliesTo: inTrial('absurd-items'),
    without: 'checks of the pace',
  },
  {
    name: 'believe a breaker whose times lie ahead',
    appliesTo: inTrial('absurd-items'),
    without: 'checks of breakers',
  },
  {
    name: 'wait for a lease that ends in the year 2100',
    appliesTo: inTrial('absurd-items'),
    without: 'checks of records',
  },
  {
    name: 'keep a damaged count of claims',
    appliesTo: inTrial('absurd-items'),
    without: 'repairs of counts',
  },
  {
    name: 'leave the damaged item of a run id as it is',
    appliesTo: inTrial('absurd-items'),
    without: 'repairs of holders',
  },
  {
    name: 'pause everything for a switch that names nothing',
    appliesTo: inTrial('absurd-items'),
    switchReader: 'any key pauses all',
  },
  {
    name: 'overlook a malformed switch',
    appliesTo: inTrial('absurd-items'),
    switchReader: 'only true pauses',
  },
  {
    name: 'take a damaged counter of a cap for an empty one',
    appliesTo: inTrial('absurd-counters'),
    without: 'checks of counters',
  },
  {
    name: 'start the backlog of a table outage one by one',
    appliesTo: inTrial('table-outage'),
    ports: (ports) =>
      withPace(ports, {
        reserve: async (count, nowMs, latestMs) => {
          const slots = await ports.pace.reserve(Math.min(1, count), nowMs, latestMs)
          return Array.from({ length: count }, (_, index) => ({
            ...(slots[0] ?? { rateCuts: 0 }),
            atMs: (slots[0]?.atMs ?? nowMs) + index * 10_000,
          }))
        },
      }),
  },
  {
    name: 'start after a restore as if nothing was lost',
    appliesTo: inTrial('restored-table'),
    settings: ({ restoredToMs: _, ...settings }) => settings,
  },
  {
    name: 'wait half a minute for a bus that does not answer',
    appliesTo: inTrial('bus-hangs'),
    ports: (ports) => ({
      ...ports,
      bus: {
        put: async (events) => {
          const taken = await ports.bus.put(events)
          if (!taken.includes(true)) await ports.clock.sleepUntil(ports.clock.now() + 30_000)
          return taken
        },
      },
    }),
  },
  {
    name: 'give up an event after the bus refused it for a minute',
    appliesTo: inTrial('bus-refuses', 'bus-hangs'),
    sweeper: (ports) =>
      withStore(ports, {
        due: (nowMs) =>
          filtered(
            ports.store.due(nowMs),
            (run) => run.state !== 'ENDED' || nowMs < run.detectedAtMs + 60_000,
          ),
      }),
  },
  {
    name: 'take a contended asset for a table outage',
    appliesTo: isContended,
    ports: (ports, { memory }) => {
      const failAtFirst = (requestKey: string): void => {
        const failure = Array.from({ length: failuresPerRequest }, (_, n) => `${requestKey} ${n}`).find(
          (one) => !memory.has(one),
        )
        if (failure === undefined) return
        memory.add(failure)
        throw new PortUnavailable('table', new Error('too many ask for this asset'))
      }
      return withStore(ports, {
        claim: async (claim, terms) => {
          if ('assetId' in claim.subject && claim.subject.assetId === contendedAsset)
            failAtFirst(claim.request.requestKey)
          return ports.store.claim(claim, terms)
        },
      })
    },
  },
]
