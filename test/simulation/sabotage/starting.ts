import { toItem } from '../../../lib/adapters/dynamodb/run-item.ts'
import type { RunEvent } from '../../../lib/contracts/run-event.ts'
import { endedEvent } from '../../../lib/contracts/run-event.ts'
import type { Records } from '../../../lib/ports/run-store.ts'
import { contendedAsset } from '../contention.ts'
import { filtered, hasAction, type Sabotage, withDataZone, withStore } from './sabotage.ts'

/** Defects in claiming, starting, following and announcing. */
export const startingSabotages: readonly Sabotage[] = [
  {
    name: 'no claim condition',
    ports: (ports, { table }) =>
      withStore(ports, {
        claim: async (claim, terms) => {
          const claiming = await ports.store.claim(claim, terms)
          if (claiming.outcome !== 'exists') return claiming
          const run = { ...claim, version: 1 }
          table.plant(toItem(run))
          return { outcome: 'claimed', run }
        },
      }),
  },
  {
    name: 'token without the attempt',
    ports: (ports) =>
      withDataZone(ports, {
        startRun: (input, abortAfterMs) => {
          const clientToken = `${input.assetId}-${input.revision}-${input.types.join('-')}`
          return ports.datazone.startRun({ ...input, clientToken }, abortAfterMs)
        },
      }),
  },
  {
    name: 'a new token for each try',
    ports: (ports, { random }) =>
      withDataZone(ports, {
        startRun: (input, abortAfterMs) =>
          ports.datazone.startRun({ ...input, clientToken: `token-${random.next()}` }, abortAfterMs),
      }),
  },
  {
    name: 'event before table',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) => {
          if (run.state === 'ENDED' && run.announcedAtMs === undefined) {
            await ports.bus.put([endedEvent(run, { minimal: false })])
          }
          return ports.store.save(run)
        },
      }),
  },
  {
    name: 'forget to re-announce',
    ports: (ports) =>
      withStore(ports, { due: (nowMs) => filtered(ports.store.due(nowMs), (run) => run.state !== 'ENDED') }),
  },
  {
    name: 'swallow a partial failure of the bus',
    ports: (ports) => ({
      ...ports,
      bus: { put: async (events) => (await ports.bus.put(events)).map(() => true) },
    }),
  },
  {
    name: 'leave requests that make no run unanswered',
    ports: (ports) => ({
      ...ports,
      bus: {
        put: async (events) => {
          const isAnswer = (event: RunEvent) => ['SKIPPED', 'DUPLICATE'].includes(event.detail.data.status)
          const accepted = await ports.bus.put(events.filter((event) => !isAnswer(event)))
          const results = accepted.values()
          return events.map((event) => isAnswer(event) || results.next().value === true)
        },
      },
    }),
  },
  {
    name: 'a new event id for each announcement',
    ports: (ports, { random }) => ({
      ...ports,
      bus: {
        put: (events) =>
          ports.bus.put(
            events.map((event) => ({
              ...event,
              detail: {
                ...event.detail,
                metadata: { ...event.detail.metadata, id: `event-${random.next()}` },
              },
            })),
          ),
      },
    }),
  },
  {
    name: 'list IN_PROGRESS before SUBMITTED and trust absence',
    ports: (ports, { memory }) =>
      withDataZone(ports, {
        listRuns: async (domainId, query) => {
          const swapped = { SUBMITTED: 'IN_PROGRESS', IN_PROGRESS: 'SUBMITTED' } as const
          const { status } = query
          if (status !== 'SUBMITTED' && status !== 'IN_PROGRESS')
            return ports.datazone.listRuns(domainId, query)
          const page = await ports.datazone.listRuns(domainId, { ...query, status: swapped[status] })
          if (page.outcome === 'answered') for (const { runId } of page.value.runs) memory.add(runId)
          return page
        },
        // The sweep reads with Get only the runs that are in neither list: those have "ended".
        getRun: async (_domainId, runId) =>
          memory.delete(runId)
            ? { outcome: 'answered', value: { runId, nativeStatus: 'IN_PROGRESS', types: [] } }
            : { outcome: 'answered', value: { runId, nativeStatus: 'SUCCEEDED', types: [] } },
      }),
  },
  {
    name: 'treat an unrecognized status as ended',
    ports: (ports) =>
      withDataZone(ports, {
        getRun: async (domainId, runId) => {
          const answer = await ports.datazone.getRun(domainId, runId)
          if (answer.outcome === 'refused') return answer
          const { nativeStatus } = answer.value
          const isKnown = /^(SUBMITTED|IN_PROGRESS|SUCCEEDED|FAILED|PARTIALLY_SUCCEEDED|CANCELED)$/.test(
            nativeStatus,
          )
          return isKnown ? answer : { ...answer, value: { ...answer.value, nativeStatus: 'FAILED' } }
        },
      }),
  },
  {
    name: 'no List before a late Start',
    settings: (settings) => ({
      ...settings,
      assumptions: { ...settings.assumptions, tokenMemoryMs: Number.POSITIVE_INFINITY },
    }),
  },
  {
    name: 'a new token for each try of a data source run',
    ports: (ports, { random }) =>
      withDataZone(ports, {
        startSourceRun: (input, abortAfterMs) =>
          ports.datazone.startSourceRun({ ...input, clientToken: `token-${random.next()}` }, abortAfterMs),
      }),
  },
  {
    name: 'wait for a data source run to be SUCCEEDED',
    ports: (ports) =>
      withDataZone(ports, {
        getSourceRun: async (domainId, runId) => {
          const answer = await ports.datazone.getSourceRun(domainId, runId)
          return answer.outcome === 'answered' && answer.value.nativeStatus === 'SUCCESS'
            ? { ...answer, value: { ...answer.value, nativeStatus: 'SUCCESSFUL' } }
            : answer
        },
      }),
  },
  {
    name: 'overlook the daily quota of a data source',
    settings: (settings) => ({ ...settings, sourceRunsPerDay: Number.POSITIVE_INFINITY }),
  },
  { name: 'acknowledge before durable', acknowledgesFirst: true },
  {
    name: 'a sweep that releases nothing',
    sweeper: (ports) => withStore(ports, { async *waiting() {} }),
  },
  {
    name: 'a sweep that stops at a poison record',
    ports: (ports) =>
      withStore(ports, {
        async *due(nowMs) {
          for await (const page of ports.store.due(nowMs)) {
            if (page.unreadable.length > 0) return
            yield page
          }
        },
      }),
  },
  {
    name: 'drop a run id when the record has changed',
    ports: (ports) =>
      withStore(ports, {
        // Where another writer has changed the record, reports the run id as saved without saving it.
        save: async (run) => (await ports.store.save(run)) ?? (run.state === 'IN_FLIGHT' ? run : undefined),
      }),
  },
  {
    name: 'write without checking the version',
    ports: (ports, { table }) =>
      withStore(ports, {
        save: async (run) => {
          const saved = await ports.store.save(run)
          if (saved !== undefined) return saved
          const forced = { ...run, version: run.version + 1 }
          table.plant(toItem(forced))
          return forced
        },
      }),
  },
  {
    name: 'lose the same race again and again',
    ports: (ports) => {
      const known = new Map<string, { readonly atMs: number; readonly records: Promise<Records> }>()
      // Without jitter, so that the losers of a race return together.
      const together = { ...ports, clock: { ...ports.clock, random: () => 0.5 } }
      return withStore(together, {
        // Answers a read from memory for a second after the last one.
        runsOf: (target) => {
          const key = JSON.stringify(target)
          const last = known.get(key)
          const nowMs = ports.clock.now()
          const isContended = 'assetId' in target && target.assetId === contendedAsset
          if (isContended && last !== undefined && nowMs - last.atMs < 1000) return last.records
          const records = ports.store.runsOf(target)
          known.set(key, { atMs: nowMs, records })
          return records
        },
      })
    },
  },
  {
    name: 'hide requests for minutes while a service is down',
    ports: (ports) => ({
      ...ports,
      queue: {
        ...ports.queue,
        postpone: (receiptHandle, seconds) => ports.queue.postpone(receiptHandle, seconds * 8),
      },
    }),
  },
  { name: 'lease never ends', settings: (settings) => ({ ...settings, leaseMs: 30 * 24 * 3_600_000 }) },
  {
    name: 'start in plan mode',
    appliesTo: hasAction('mode'),
    settings: (settings) => ({ ...settings, mode: 'run' }),
  },
  {
    name: 'forget the copy of a rejected request',
    ports: (ports) => ({ ...ports, queue: { ...ports.queue, copyRejected: async () => {} } }),
  },
  {
    name: 'write on every poll',
    ports: (ports) =>
      withDataZone(ports, {
        getRun: async (domainId, runId) => {
          const answer = await ports.datazone.getRun(domainId, runId)
          if (answer.outcome === 'answered' && answer.value.nativeStatus === 'IN_PROGRESS') {
            for await (const page of ports.store.due(Number.MAX_SAFE_INTEGER)) {
              for (const run of page.runs)
                if ('runId' in run && run.runId === runId) await ports.store.save(run)
            }
          }
          return answer
        },
      }),
  },
  {
    name: 'a sweep that ignores earlier Starts for hours',
    sweeper: (ports) =>
      withStore(ports, {
        waiting: (nowMs) =>
          filtered(
            ports.store.waiting(nowMs),
            (run) =>
              run.state !== 'PARKED' ||
              run.earlierStart === undefined ||
              nowMs > run.retryAtMs + 3 * 3_600_000,
          ),
      }),
  },
]
