import {
  filtered,
  hasAction,
  type Sabotage,
  withDataZone,
  withoutOpenStarts,
  withReads,
  withStore,
} from './sabotage.ts'

/** Defects of hints, runs of others and acceptances. */
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
  { name: 'take hints and do not look', ignoresHints: true },
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
    name: 'follow runs of others against the policy',
    observer: (settings) => ({
      ...settings,
      following: { ...settings.following, followDataSourceRuns: [{}] },
    }),
  },
  {
    name: 'follow no runs of others',
    observer: (settings) => ({ ...settings, following: { ...settings.following, followDataSourceRuns: [] } }),
  },
  {
    name: 'start beside a run that is followed',
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
    // A late read besides: the second writer would find the only item of the run id.
    name: 'record a run id without its only item',
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
    name: 'an acceptance explains nothing',
    appliesTo: hasAction('accept'),
    ports: (ports) =>
      withStore(ports, {
        save: async (run) =>
          run.history.at(-1)?.what === 'suggestions accepted' ? run : ports.store.save(run),
      }),
  },
]
