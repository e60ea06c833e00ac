import { runKey, targetOf } from '../../../lib/run/identity.ts'
import { hasCaps, type Sabotage, withCaps, withReads, withStore } from './sabotage.ts'

/** Defects in caps and lanes. */
export const capsSabotages: readonly Sabotage[] = [
  { name: 'no caps', appliesTo: hasCaps, settings: (settings) => withCaps(settings, () => []) },
  {
    name: 'count in the caps after the claim',
    appliesTo: hasCaps,
    ports: (ports, { table }) =>
      withStore(ports, {
        claim: async (claim, { capCounts = [], ...terms } = {}) => {
          const runsIn = ({ counter }: (typeof capCounts)[number]) =>
            table.counters().find(({ cap, period }) => cap === counter.cap && period === counter.period)
              ?.runs ?? 0
          const full = capCounts.filter((count) => runsIn(count) >= count.limit)
          if (full.length > 0) return { outcome: 'full', full }
          const claiming = await ports.store.claim(claim, terms)
          if (claiming.outcome === 'claimed') for (const { counter } of capCounts) table.countOneMore(counter)
          return claiming
        },
      }),
  },
  {
    name: 'count each try in the caps',
    appliesTo: hasCaps,
    ports: (ports) =>
      withReads(ports, (records) => ({
        ...records,
        runs: records.runs.map(({ countedIn: _, ...run }) => run),
      })),
  },
  {
    name: 'backfill takes the reserve',
    appliesTo: ({ scenario }) => scenario.caps.some(({ reserveForLive = 0 }) => reserveForLive > 0),
    settings: (settings) => withCaps(settings, ({ reserveForLive: _, ...cap }) => [cap]),
  },
  {
    name: 'backfill starts at once',
    ports: (ports) =>
      withStore(ports, {
        create: async (run, instead) => {
          const isBackfill = run.state === 'PARKED' && run.reason === 'BACKFILL'
          const nowMs = ports.clock.now()
          const released = { releasedAtMs: nowMs, retryAtMs: nowMs + 900_000 }
          const creation = await ports.store.create(isBackfill ? { ...run, ...released } : run, instead)
          const release = { release: 1 as const, ...targetOf(run.subject), record: runKey(run).record }
          if (isBackfill) await ports.queue.release([{ release, delaySeconds: 0 }])
          return creation
        },
      }),
  },
  {
    name: 'leave a request in the backfill lane despite a live one',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) =>
          run.history.at(-1)?.what.startsWith('moved to live by') === true
            ? { ...run, request: { ...run.request, lane: 'backfill' }, history: run.history.slice(0, -1) }
            : ports.store.save(run),
      }),
  },
]
