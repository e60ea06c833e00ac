import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import type { ObserverSettings } from '../../lib/config.ts'
import { endedEvent } from '../../lib/contracts/run-event.ts'
import type { Records } from '../../lib/ports/run-store.ts'
import type { Cap } from '../../lib/run/caps.ts'
import { partitionOf, runKey, targetOf } from '../../lib/run/identity.ts'
import { nextAttempt } from '../../lib/run/retry.ts'
import {
  type EndedRun,
  type InFlightRun,
  isUnwanted,
  owesCancel,
  type Run,
  type RunPolicy,
} from '../../lib/run/run.ts'
import { transition } from '../../lib/run/transition.ts'
import type { StarterPorts, StarterSettings } from '../../lib/usecases/starter-tools.ts'
import type { Random } from './ports/random.ts'
import type { SimulatedTable } from './ports/run-store.ts'

interface SabotageTools {
  readonly table: SimulatedTable
  readonly random: Random
  /** Run ids seen in lists of going runs, or in hints, for the sabotages that trust them. */
  readonly memory: Set<string>
}

/** One defect, made on purpose around the code: the checker is worth what it catches. */
export interface Sabotage {
  readonly name: string
  readonly ports?: (ports: StarterPorts, tools: SabotageTools) => StarterPorts
  /** The same for the observer alone. */
  readonly observerPorts?: (ports: StarterPorts) => StarterPorts
  readonly settings?: (settings: StarterSettings) => StarterSettings
  readonly observer?: (settings: ObserverSettings) => ObserverSettings
  /** Only what the sweep is given. */
  readonly sweeper?: (ports: StarterPorts) => StarterPorts
  readonly acknowledgesFirst?: true
  /** Hints are taken off the queue, and nobody looks. */
  readonly ignoresHints?: true
}

async function* filtered(
  pages: AsyncIterable<Records>,
  keep: (run: Run) => boolean,
): AsyncGenerator<Records> {
  for await (const page of pages) yield { ...page, runs: page.runs.filter(keep) }
}

const withStore = (ports: StarterPorts, change: Partial<StarterPorts['store']>): StarterPorts => ({
  ...ports,
  store: { ...ports.store, ...change },
})
const withPace = (ports: StarterPorts, change: Partial<StarterPorts['pace']>): StarterPorts => ({
  ...ports,
  pace: { ...ports.pace, ...change },
})
const withDataZone = (ports: StarterPorts, change: Partial<StarterPorts['datazone']>): StarterPorts => ({
  ...ports,
  datazone: { ...ports.datazone, ...change },
})

const lastLine = (run: Run): string => run.history.at(-1)?.what ?? ''

const unasked = ({ cancel: _, ...run }: EndedRun): EndedRun => run

/** What is left of a data source's records for whoever does not see that one of them is being started. */
const withoutOpenStarts = (records: Records): Records => ({
  ...records,
  runs: records.runs.filter(
    (run) => run.subject.kind !== 'DATA_SOURCE' || run.state === 'IN_FLIGHT' || run.state === 'ENDED',
  ),
})

/** The settings with every rule that runs something changed. */
const withOrders = (settings: StarterSettings, change: Partial<RunPolicy>): StarterSettings => ({
  ...settings,
  policy: {
    ...settings.policy,
    rules: settings.policy.rules.map(({ match, verdict }) => ({
      match,
      verdict: verdict.kind === 'run' ? { ...verdict, policy: { ...verdict.policy, ...change } } : verdict,
    })),
  },
})

/** The settings with every cap changed, or gone. */
const withCaps = (settings: StarterSettings, change: (cap: Cap) => readonly Cap[]): StarterSettings => ({
  ...settings,
  policy: { ...settings.policy, caps: settings.policy.caps.flatMap(change) },
})

/** The settings with one order overlooked in every rule. */
const withoutOrder = (settings: StarterSettings, name: keyof RunPolicy): StarterSettings => ({
  ...settings,
  policy: {
    ...settings.policy,
    rules: settings.policy.rules.map(({ match, verdict }) => {
      if (verdict.kind !== 'run') return { match, verdict }
      const { [name]: _, ...policy } = verdict.policy
      return { match, verdict: { ...verdict, policy } }
    }),
  },
})

/** What each defect would be in the code, and how it is made here. */
export const sabotages: readonly Sabotage[] = [
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
        // Whoever is left for a Get was in neither list: it has "ended".
        getRun: async (_domainId, runId) =>
          memory.delete(runId)
            ? { outcome: 'answered', value: { runId, nativeStatus: 'IN_PROGRESS', types: [] } }
            : { outcome: 'answered', value: { runId, nativeStatus: 'SUCCEEDED', types: [] } },
      }),
  },
  {
    name: 'treat an unknown status as ended',
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
    name: 'no look before a late Start',
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
    name: 'count no runs of a day',
    settings: (settings) => ({ ...settings, sourceRunsPerDay: Number.POSITIVE_INFINITY }),
  },
  { name: 'acknowledge before durable', acknowledgesFirst: true },
  {
    name: 'a sweep that forgets what waits',
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
    name: 'run id recorded on the version',
    ports: (ports) =>
      withStore(ports, {
        // Somebody came between, so the run id is dropped, as if it had been written.
        save: async (run) => (await ports.store.save(run)) ?? (run.state === 'IN_FLIGHT' ? run : undefined),
      }),
  },
  {
    name: 'write without the version',
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
  { name: 'lease never ends', settings: (settings) => ({ ...settings, leaseMs: 30 * 24 * 3_600_000 }) },
  { name: 'start in plan mode', settings: (settings) => ({ ...settings, mode: 'run' }) },
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
        endWithNext: (ended, next) => ports.store.endWithNext(ended, { ...next, retried: 0 }),
      }),
  },
  {
    name: 'take every retry for one that is there',
    ports: (ports) =>
      withStore(ports, {
        endWithNext: async () => ({ outcome: 'exists' }),
      }),
  },
  {
    name: 'overlook the switches',
    ports: (ports) => ({ ...ports, switches: { pauseOf: async () => undefined } }),
  },
  {
    name: 'a sweep that overlooks the switches',
    sweeper: (ports) => ({ ...ports, switches: { pauseOf: async () => undefined } }),
  },
  {
    name: 'adopt whatever a conflict is about',
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
    ports: (ports) => ({ ...ports, breakers: { ...ports.breakers, open: async () => [] } }),
  },
  {
    name: 'everybody probes',
    ports: (ports) => ({
      ...ports,
      breakers: {
        ...ports.breakers,
        open: async () => (await ports.breakers.open()).map((one) => ({ ...one, nextProbeAtMs: 0 })),
        change: async () => true,
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
    name: 'a prober that dies holds its probe for ever',
    ports: (ports) => ({
      ...ports,
      breakers: {
        ...ports.breakers,
        change: (read, next) =>
          ports.breakers.change(
            read,
            next.probes > read.probes ? { ...next, nextProbeAtMs: Number.MAX_SAFE_INTEGER } : next,
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
  { name: 'no caps', settings: (settings) => withCaps(settings, () => []) },
  {
    name: 'count after the claim',
    ports: (ports, { table }) =>
      withStore(ports, {
        claim: async (claim, { counts = [], ...terms } = {}) => {
          const runsIn = ({ counter }: (typeof counts)[number]) =>
            table.counters().find(({ cap, period }) => cap === counter.cap && period === counter.period)
              ?.runs ?? 0
          const full = counts.filter((count) => runsIn(count) >= count.limit)
          if (full.length > 0) return { outcome: 'full', full }
          const claiming = await ports.store.claim(claim, terms)
          if (claiming.outcome === 'claimed') for (const { counter } of counts) table.countOneMore(counter)
          return claiming
        },
      }),
  },
  {
    name: 'count each try',
    ports: (ports) =>
      withStore(ports, {
        runsOfAsset: async (target) => {
          const records = await ports.store.runsOfAsset(target)
          return { ...records, runs: records.runs.map(({ counted: _, ...run }) => run) }
        },
      }),
  },
  {
    name: 'backfill takes the reserve',
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
    name: 'leave what live asks for in the lane backfill',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) =>
          run.history.at(-1)?.what.startsWith('live, for') === true
            ? { ...run, request: { ...run.request, lane: 'backfill' }, history: run.history.slice(0, -1) }
            : ports.store.save(run),
      }),
  },
  {
    name: 'a full cap keeps a lost Start from being found',
    ports: (ports) =>
      withStore(ports, {
        claim: async (claim, terms) =>
          terms === undefined ? { outcome: 'changed' } : ports.store.claim(claim, terms),
      }),
  },
  {
    name: "trust a hint's verdict without a Get",
    observer: (settings) => ({ ...settings, trustHints: true }),
  },
  {
    name: 'drop early hints, and sweep no run that had one',
    observer: (settings) => ({ ...settings, looksAgain: 0 }),
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
      withStore(ports, {
        byRunId: async (runId) => {
          const records = await ports.store.byRunId(runId)
          return { ...records, runs: records.runs.filter(({ subject }) => subject.kind !== 'DATA_SOURCE') }
        },
        runsOfAsset: async (target) =>
          'dataSourceId' in target ? { runs: [], unreadable: [] } : ports.store.runsOfAsset(target),
      }),
  },
  {
    name: 'follow runs of others that nobody wants',
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
    ports: (ports) =>
      withStore(ports, {
        runsOfAsset: async (target) => {
          const records = await ports.store.runsOfAsset(target)
          return { ...records, runs: records.runs.filter(({ subject }) => !('foreignRunId' in subject)) }
        },
      }),
  },
  {
    name: 'follow a run while a Start of ours is open',
    observerPorts: (ports) =>
      withStore(ports, {
        runsOfAsset: async (target) => withoutOpenStarts(await ports.store.runsOfAsset(target)),
      }),
  },
  {
    // A late read besides: whoever comes second would find the only item of the run id.
    name: 'record a run id without its only item',
    observerPorts: (ports) =>
      withStore(ports, {
        runsOfAsset: async (target) => withoutOpenStarts(await ports.store.runsOfAsset(target)),
      }),
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
    ports: (ports) =>
      withStore(ports, {
        save: async (run) =>
          run.history.at(-1)?.what === 'its suggestions were accepted' ? run : ports.store.save(run),
      }),
  },
  {
    name: 'overlook a cancel on a claim',
    ports: (ports) =>
      withStore(ports, {
        // As if it had been read before the cancel came: whoever looks again finds the run id there, and goes.
        save: async (run) => {
          if (!owesCancel(run) || !lastLine(run).startsWith('started as')) return ports.store.save(run)
          const inFlight: InFlightRun = run
          const { cancel: _, ...overlooked } = inFlight
          await ports.store.save(overlooked)
          return undefined
        },
      }),
  },
  {
    name: 'end on cancel without a look',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) => {
          if (run.state !== 'PARKED' || !isUnwanted(run) || run.sentBefore === undefined)
            return ports.store.save(run)
          const next = transition(run, { kind: 'CANCELED' }, ports.clock.now())
          if (next.outcome === 'changed') await ports.store.save(next.run)
          return undefined
        },
      }),
  },
  {
    name: 'cancel without noting it first',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) =>
          owesCancel(run) && lastLine(run).startsWith('cancel asked by') ? run : ports.store.save(run),
      }),
  },
  {
    name: 'drop the cancel that failed',
    ports: (ports) =>
      withDataZone(ports, {
        cancelRun: async (domainId, runId) => {
          await ports.datazone.cancelRun(domainId, runId)
          return { outcome: 'answered', value: undefined }
        },
      }),
  },
  {
    name: 'retry what was cancelled',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) => {
          const next =
            run.state === 'ENDED' && run.announcedAtMs === undefined && isUnwanted(run)
              ? nextAttempt({ ...unasked(run), ending: 'FAILED' }, ports.clock.now())
              : undefined
          if (run.state !== 'ENDED' || next === undefined) return ports.store.save(run)
          await ports.store.endWithNext({ ...run, willRetry: true }, next)
          return undefined
        },
      }),
  },
  {
    name: 'a pause holds what is to be cancelled',
    sweeper: (ports) =>
      withStore(ports, {
        async *waiting(nowMs) {
          const kept = new Set<Run>()
          for await (const page of ports.store.waiting(nowMs)) {
            for (const run of page.runs) {
              const isParked = run.state === 'PARKED' && isUnwanted(run)
              const { domainId } = run.subject
              if (isParked && (await ports.switches.pauseOf(domainId, run.projectId)) !== undefined)
                kept.add(run)
            }
            yield { ...page, runs: page.runs.filter((run) => !kept.has(run)) }
          }
        },
      }),
  },
  {
    name: 'give up at the deadline without a cancel',
    settings: (settings) => withoutOrder(settings, 'cancelAtDeadline'),
  },
  {
    name: 'take the one type of an older shape for all',
    ports: (ports) =>
      withDataZone(ports, {
        listRuns: async (domainId, query) => {
          const page = await ports.datazone.listRuns(domainId, query)
          if (page.outcome === 'refused') return page
          const runs = page.value.runs.map(({ olderShape: _, ...run }) => run)
          return { ...page, value: { ...page.value, runs } }
        },
      }),
  },
  {
    name: "overlook the policy's deadline",
    settings: (settings) => withoutOrder(settings, 'deadlineMs'),
  },
  {
    name: 'ask no failure why',
    settings: (settings) => withOrders(settings, { reasonsUnwanted: true }),
  },
  {
    name: 'announce Started all the same',
    settings: (settings) => withoutOrder(settings, 'startedUntold'),
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
    name: 'send each Start when it is ready',
    ports: (ports) =>
      withPace(ports, {
        reserve: async (count, nowMs, latestMs) => {
          const slots = await ports.pace.reserve(count, nowMs, latestMs)
          return slots.map(({ falls }) => ({ atMs: nowMs, falls }))
        },
      }),
  },
  {
    name: 'never slow down',
    ports: (ports) => withPace(ports, { slowDown: async () => {} }),
  },
  {
    name: 'use slots that became void',
    ports: (ports) => withPace(ports, { falls: async () => 0 }),
  },
  {
    name: 'never recover from throttling',
    ports: (ports, { memory }) =>
      withPace(ports, {
        reserve: async (count, nowMs, latestMs) => {
          if ((await ports.pace.falls()) > 0) memory.add('fallen')
          const share = memory.has('fallen') ? 2 : 1
          const slots = await ports.pace.reserve(count * share, nowMs, latestMs)
          return slots.filter((_, index) => index % share === 0)
        },
      }),
  },
]
