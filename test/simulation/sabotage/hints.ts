import {
  filtered,
  hasAction,
  type Sabotage,
  withDataZone,
  withoutOpenStarts,
  withReads,
  withStore,
} from './sabotage.ts'

/** Defects in handling hints, foreign runs and acceptances. */
export const hintsSabotages: readonly Sabotage[] = [
  {
    name: "trust a hint's verdict without a Get",
    observerPorts: (ports) =>
      withDataZone(ports, {
        getRun: async (_domainId, runId) => ({
          outcome: 'answered',
          value: { runId, nativeStatus: 'SUCCEEDED', types: [] },
        }),
      }),
  },
  {
    name: 'drop early hints, and sweep no run that had one',
    observer: (settings) => ({ ...settings, maxLooks: 0 }),
    ports: (ports, { memory }) =>
      withStore(ports, {
        byRunId: async (runId) => {
          memory.add(runId)
          return ports.store.byRunId(runId)
        },
        due: (nowMs) =>
          filtered(ports.store.due(nowMs), (run) => run.state !== 'IN_FLIGHT' || !memory.has(run.runId)),
      }),
  },
  { name: 'acknowledge hints without looking at their runs', ignoresHints: true },
  {
    name: 'take a data source hint for the ending',
    observerPorts: (ports) =>
      withDataZone(ports, {
        getSourceRun: async (_domainId, runId) => ({
          outcome: 'answered',
          value: { runId, nativeStatus: 'SUCCESS', types: [] },
        }),
      }),
  },
  {
    name: 'overlook data source hints',
    observerPorts: (ports) =>
      withStore(
        withReads(ports, (records, isOfSource) => (isOfSource ? { runs: [], unreadable: [] } : records)),
        {
          byRunId: async (runId) => {
            const records = await ports.store.byRunId(runId)
            return { ...records, runs: records.runs.filter(({ subject }) => subject.kind !== 'DATA_SOURCE') }
          },
        },
      ),
  },
  {
    name: 'follow foreign runs against the policy',
    observer: (settings) => ({
      ...settings,
      following: { ...settings.following, followDataSourceRuns: [{}] },
    }),
  },
  {
    name: 'follow no foreign runs',
    observer: (settings) => ({ ...settings, following: { ...settings.following, followDataSourceRuns: [] } }),
  },
  {
    name: 'start beside a followed foreign run',
    appliesTo: hasAction('foreign-run'),
    ports: (ports) =>
      withReads(ports, (records) => ({
        ...records,
        runs: records.runs.filter(({ subject }) => !('foreignRunId' in subject)),
      })),
  },
  {
    name: 'follow a run while a Start of ours is open',
    appliesTo: hasAction('foreign-run'),
    observerPorts: (ports) => withReads(ports, withoutOpenStarts),
  },
  {
    // The observer overlooks open Starts, too: otherwise it would not record a run that the starter records as well.
    name: 'record a run id without its unique item',
    appliesTo: hasAction('foreign-run'),
    observerPorts: (ports) => withReads(ports, withoutOpenStarts),
    ports: (ports) =>
      withStore(ports, {
        recordRunId: async (run) => {
          if (run.version > 0) {
            const saved = await ports.store.save(run)
            return saved === undefined ? { outcome: 'changed' } : { outcome: 'recorded', run: saved }
          }
          const creation = await ports.store.create(run)
          return creation.outcome === 'created'
            ? { outcome: 'recorded', run: creation.run }
            : { outcome: 'changed' }
        },
      }),
  },
  {
    name: 'an acceptance is not noted',
    appliesTo: hasAction('accept'),
    ports: (ports) =>
      withStore(ports, {
        save: async (run) =>
          run.history.at(-1)?.what === 'suggestions accepted' ? run : ports.store.save(run),
      }),
  },
]
