import { type Sabotage, withOrders, withStore } from './sabotage.ts'

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
    name: 'a repeat guard that nobody asked for',
    settings: (settings) => withOrders(settings, { repeatGuardMs: Number.MAX_SAFE_INTEGER }),
  },
  {
    name: 'a skipped repeat is not noted',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) =>
          run.history.at(-1)?.what.startsWith('REPEAT_GUARD') === true ? run : ports.store.save(run),
      }),
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
