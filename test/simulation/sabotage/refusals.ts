import { partitionOf } from '../../../lib/run/identity.ts'
import { type Sabotage, withDataZone } from './sabotage.ts'

/** Almost as far ahead as a breaker may be probed: one with a later time is ignored. */
const monthMs = 31 * 24 * 3_600_000

/** Defects in handling switches, breakers, conflicts and releases. */
export const refusalsSabotages: readonly Sabotage[] = [
  {
    name: 'overlook the switches',
    ports: (ports) => ({ ...ports, switches: { pauseOf: async () => undefined } }),
  },
  {
    name: 'a sweep that overlooks the switches',
    sweeper: (ports) => ({ ...ports, switches: { pauseOf: async () => undefined } }),
  },
  {
    name: 'adopt any run that a conflict is about',
    ports: (ports) =>
      withDataZone(ports, {
        startRun: async (input, abortAfterMs) => {
          const answer = await ports.datazone.startRun(input, abortAfterMs)
          if (answer.outcome !== 'refused' || answer.refusal.kind !== 'CONFLICT') return answer
          const page = await ports.datazone.listRuns(input.domainId, { assetId: input.assetId })
          const shown = page.outcome === 'answered' ? page.value.runs : []
          const value = shown.find(({ nativeStatus }) => /SUBMITTED|IN_PROGRESS/.test(nativeStatus))
          return value === undefined ? answer : { outcome: 'answered', value }
        },
      }),
  },
  {
    name: 'no breaker',
    ports: (ports) => ({ ...ports, breakers: { ...ports.breakers, openBreakers: async () => [] } }),
  },
  {
    name: 'every request probes an open breaker',
    ports: (ports) => ({
      ...ports,
      breakers: {
        ...ports.breakers,
        openBreakers: async () =>
          (await ports.breakers.openBreakers()).map((one) => ({ ...one, nextProbeAtMs: 0 })),
        replace: async () => true,
      },
    }),
  },
  {
    name: 'breakers never close',
    ports: (ports) => ({ ...ports, breakers: { ...ports.breakers, close: async () => {} } }),
  },
  {
    name: 'a full quota is not probed in the new month',
    ports: (ports) => ({
      ...ports,
      breakers: {
        ...ports.breakers,
        trip: (breaker) =>
          ports.breakers.trip(
            breaker.cause.reason === 'QUOTA_EXCEEDED'
              ? { ...breaker, nextProbeAtMs: breaker.openedAtMs + 31 * 24 * 3_600_000 }
              : breaker,
          ),
      },
    }),
  },
  {
    name: 'a prober that crashes holds its probe for a month',
    ports: (ports) => ({
      ...ports,
      breakers: {
        ...ports.breakers,
        replace: (read, next) =>
          ports.breakers.replace(
            read,
            next.probes > read.probes ? { ...next, nextProbeAtMs: next.nextProbeAtMs + monthMs } : next,
          ),
      },
    }),
  },
  {
    name: 'drop a release that the queue refused',
    ports: (ports, { table }) => ({
      ...ports,
      queue: {
        ...ports.queue,
        release: async (releases) => {
          const taken = await ports.queue.release(releases)
          for (const [index, { release }] of releases.entries()) {
            if (taken[index] === true) continue
            for (const item of table.items()) {
              if (
                item['pk'] === partitionOf(release) &&
                item['sk'] === release.record &&
                item['state'] === 'PARKED'
              ) {
                const { workShard: _, workAt: __, ...forgotten } = item
                table.plant(forgotten)
              }
            }
          }
          return taken.map(() => true)
        },
      },
    }),
  },
]
