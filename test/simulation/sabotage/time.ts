import { toItem } from '../../../lib/adapters/dynamodb/run-item.ts'
import { hasBurst, type Sabotage, withDataZone, withoutOrder, withPace, withStore } from './sabotage.ts'

/** Defects in deadlines, expiry, announcements and the pace. */
export const timeSabotages: readonly Sabotage[] = [
  {
    name: 'take a lasting 404 for throttling',
    ports: (ports) =>
      withDataZone(ports, {
        getRun: async (domainId, runId) => {
          const answer = await ports.datazone.getRun(domainId, runId)
          if (answer.outcome === 'answered' || answer.refusal.kind !== 'NOT_FOUND') return answer
          return { ...answer, refusal: { ...answer.refusal, kind: 'THROTTLED' } }
        },
      }),
  },
  {
    name: "overlook the policy's deadline",
    appliesTo: ({ scenario }) => scenario.deadlineMs !== undefined,
    settings: (settings) => withoutOrder(settings, 'deadlineMs'),
  },
  {
    name: 'record a failure without its typeStats',
    ports: (ports) =>
      withDataZone(ports, {
        getRun: async (domainId, runId) => {
          const answer = await ports.datazone.getRun(domainId, runId)
          if (answer.outcome === 'refused') return answer
          const { typeStats: _, ...value } = answer.value
          return { ...answer, value }
        },
      }),
  },
  {
    name: 'announce Started against the policy',
    settings: (settings) => withoutOrder(settings, 'announceStarted'),
  },
  {
    name: 'expire live records',
    ports: (ports, { table }) =>
      withStore(ports, {
        create: async (run, instead) => {
          const creation = await ports.store.create(run, instead)
          if (creation.outcome === 'created') table.plant({ ...toItem(creation.run), ttlEpochSeconds: 1 })
          return creation
        },
      }),
  },
  {
    name: 'no limit to the age of a request',
    settings: (settings) => ({ ...settings, maxRequestAgeMs: Number.POSITIVE_INFINITY }),
  },
  {
    name: 'send each Start without waiting for its slot',
    appliesTo: hasBurst,
    ports: (ports) =>
      withPace(ports, {
        reserve: async (count, nowMs, latestMs) => {
          const slots = await ports.pace.reserve(count, nowMs, latestMs)
          return slots.map(({ rateCuts }) => ({ atMs: nowMs, rateCuts }))
        },
      }),
  },
  {
    name: 'never slow down',
    appliesTo: hasBurst,
    ports: (ports) => withPace(ports, { slowDown: async () => {} }),
  },
  {
    name: 'use slots that became void',
    appliesTo: hasBurst,
    ports: (ports) => withPace(ports, { rateCuts: async () => 0 }),
  },
  {
    name: 'never recover from throttling',
    appliesTo: hasBurst,
    ports: (ports, { memory }) =>
      withPace(ports, {
        reserve: async (count, nowMs, latestMs) => {
          if ((await ports.pace.rateCuts()) > 0) memory.add('fallen')
          const share = memory.has('fallen') ? 2 : 1
          const slots = await ports.pace.reserve(count * share, nowMs, latestMs)
          return slots.filter((_, index) => index % share === 0)
        },
      }),
  },
]
