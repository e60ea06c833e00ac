import type { TableSchema } from '../../../lib/run/asset-schema.ts'
import type { StarterPorts } from '../../../lib/usecases/start/start-context.ts'
import { type Sabotage, withDataZone, withOrders, withStore } from './sabotage.ts'

/** GetAsset with other tables than the asset has. */
const withTables = (ports: StarterPorts, tables: () => readonly TableSchema[]): StarterPorts =>
  withDataZone(ports, {
    getAsset: async (domainId, assetId) => {
      const answer = await ports.datazone.getAsset(domainId, assetId)
      return answer.outcome === 'refused'
        ? answer
        : { ...answer, value: { ...answer.value, tables: tables() } }
    },
  })

/** Defects of the policy: rules, repeat guard, retries. */
export const policySabotages: readonly Sabotage[] = [
  {
    name: 'rules that skip are overlooked',
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
    name: 'a repeat guard that the policy turns off',
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
    name: 'retry what has succeeded too',
    ports: (ports) =>
      withStore(ports, {
        endWithNext: (ended, { onlyTypes: _, ...next }) => ports.store.endWithNext(ended, next),
      }),
  },
  {
    name: 'retry for ever',
    ports: (ports) =>
      withStore(ports, {
        endWithNext: (ended, next) => ports.store.endWithNext(ended, { ...next, retriesBefore: 0 }),
      }),
  },
  {
    name: 'take every retry for one that is there',
    ports: (ports) =>
      withStore(ports, {
        endWithNext: async () => ({ outcome: 'exists' }),
      }),
  },
]
