import type { TableSchema } from '../../../lib/run/asset-schema.ts'
import type { StarterPorts } from '../../../lib/usecases/start/start-context.ts'
import { type Sabotage, withDataZone, withOrders, withStore } from './sabotage.ts'

/** Replaces the tables that GetAsset returns. */
const withTables = (ports: StarterPorts, tables: () => readonly TableSchema[]): StarterPorts =>
  withDataZone(ports, {
    getAsset: async (domainId, assetId) => {
      const answer = await ports.datazone.getAsset(domainId, assetId)
      return answer.outcome === 'refused'
        ? answer
        : { ...answer, value: { ...answer.value, tables: tables() } }
    },
  })

/** Defects in applying the policy: its rules, the repeat guard and retries. */
export const policySabotages: readonly Sabotage[] = [
  {
    name: 'overlook rules that skip',
    settings: (settings) => ({
      ...settings,
      policy: {
        ...settings.policy,
        rules: settings.policy.rules.filter(({ verdict }) => verdict.kind === 'run'),
      },
    }),
  },
  { name: 'no repeat guard', settings: (settings) => withOrders(settings, { repeatGuardMs: 0 }) },
  {
    name: 'a repeat guard that never expires',
    settings: (settings) => withOrders(settings, { repeatGuardMs: Number.MAX_SAFE_INTEGER }),
  },
  {
    name: 'a skipped repeat is not recorded',
    ports: (ports) => ({ ...ports, skips: { record: async () => {} } }),
  },
  {
    name: 'a changed schema is a repeat',
    ports: (ports) => withTables(ports, () => [{ name: 'orders', columns: [] }]),
  },
  {
    name: 'a schema that never stays the same',
    ports: (ports, { random }) =>
      withTables(ports, () => [{ name: `orders-${random.whole(1, 1_000_000)}`, columns: [] }]),
  },
  {
    name: 'end an attempt without the next one',
    ports: (ports) =>
      withStore(ports, {
        endWithNext: async (ended) => {
          const saved = await ports.store.save(ended)
          return saved === undefined ? { outcome: 'changed' } : { outcome: 'saved', ended: saved }
        },
      }),
  },
  {
    name: 'retry types that succeeded',
    ports: (ports) =>
      withStore(ports, {
        endWithNext: (ended, { onlyTypes: _, ...next }) => ports.store.endWithNext(ended, next),
      }),
  },
  {
    name: 'retry forever',
    ports: (ports) =>
      withStore(ports, {
        endWithNext: (ended, next) => ports.store.endWithNext(ended, { ...next, retriesBefore: 0 }),
      }),
  },
  {
    name: 'take every retry for one that exists',
    ports: (ports) =>
      withStore(ports, {
        endWithNext: async () => ({ outcome: 'exists' }),
      }),
  },
]
