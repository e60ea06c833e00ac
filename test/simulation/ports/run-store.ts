import { claimCountKey, parseClaimCount } from '../../../lib/adapters/dynamodb/claim-count-item.ts'
import { holderIn } from '../../../lib/adapters/dynamodb/holder-item.ts'
import { toItem } from '../../../lib/adapters/dynamodb/run-item.ts'
import { PortUnavailable } from '../../../lib/errors.ts'
import type {
  ClaimConditions,
  ClaimResult,
  CreateResult,
  EndWithNextResult,
  RecordResult,
  RunStore,
} from '../../../lib/ports/run-store.ts'
import { broughtToNow, farAheadMs, isFarAhead } from '../../../lib/run/far-ahead.ts'
import { attemptsPrefix, partitionOf, type RunKey, runKey } from '../../../lib/run/identity.ts'
import { present } from '../../../lib/run/present.ts'
import type { ClaimedRun, Counter, EndedRun, InFlightRun, ParkedRun, Run } from '../../../lib/run/run.ts'
import { claimRefused } from '../../support/claim-conditions.ts'
import { capCounters } from './cap-counters.ts'
import type { VirtualTime } from './clock.ts'
import type { Step } from './port-call.ts'
import {
  byRecord,
  byWorkAt,
  type Item,
  isAbsentOrPlanned,
  isAsRead,
  isInWaiting,
  isOver,
  recordsOf,
  type Stored,
  stored,
} from './stored-item.ts'
import { tableIndexes } from './table-indexes.ts'

/** One item as it was written, or its deletion. */
export interface TableWrite {
  readonly atMs: number
  readonly key: string
  readonly item: Item | undefined
}

/** The table that all simulated run stores share. */
export interface SimulatedTable {
  /** Returns the store as the process of this step sees it. */
  storeFor(step: Step): RunStore
  /** Returns every item as it is, for the checker. */
  items(): readonly Item[]
  /** Returns every counter of a cap that holds a number. */
  counters(): readonly (Counter & { readonly runs: number })[]
  /** Adds one to a counter, even beyond its limit. */
  countOneMore(counter: Counter): void
  /** Writes an item without any condition: a record of an earlier or later version, or a damaged one. */
  plant(item: Item): void
  /** Sets a count of claims to any value. */
  plantClaimCount(partition: string, count: unknown): void
  /** Sets a counter of a cap to any value, and returns the former one. */
  plantCounter(counter: Counter, runs: unknown): unknown
  /** Sets the item of a run id to any value. */
  plantHolder(domainId: string, runId: string, heldBy: unknown): void
  /** Keeps the items of some partitions. Returns a function that restores them. */
  snapshot(isLost: (partition: string) => boolean): () => void
  /** Returns every write, in order. */
  writes(): readonly TableWrite[]
  /** Deletes every item past its TTL, as DynamoDB does at a time of its own choice. Returns how many. */
  expire(): number
}

const isDueBy = (one: Stored, nowMs: number): boolean => (one.workAtMs ?? Number.POSITIVE_INFINITY) <= nowMs

/** Documented limits: of an item, and of a page of a query. */
const maxItemBytes = 400 * 1024
const maxPageBytes = 1024 * 1024

/**
 * Creates a table of runs in memory. Each call is one step, which reads or writes at one moment. A read of several pages is
 * a step for each page, so the table may change in between, as in DynamoDB.
 *
 * `indexLagMs` returns, at each write, how long the `work` index still shows the former item (default: 0).
 */
export const simulatedTable = (options: {
  readonly time: VirtualTime
  readonly indexLagMs?: () => number
  /** The most records in a page, to have more pages than with the documented megabyte. */
  readonly pageRecords?: number
  /** Called after each write. */
  readonly written?: () => void
  /** Whether a claim recognizes itself when its answer was lost (default: it does). */
  readonly recognizesClaims?: boolean
  /** Whether a record that is far ahead of the clock is due (default: it is). */
  readonly bringsToNow?: boolean
  /** Whether a damaged count of claims is replaced (default: it is). */
  readonly repairsCounts?: boolean
  /** Whether a damaged counter of a cap counts as full (default: it does). */
  readonly checksCounters?: boolean
  /** Whether the damaged item of a run id is replaced if no record holds the run (default: it is). */
  readonly repairsHolders?: boolean
}): SimulatedTable => {
  const { time, indexLagMs = () => 0, pageRecords = Number.POSITIVE_INFINITY, written = () => {} } = options
  const { recognizesClaims = true, bringsToNow = true, repairsCounts = true } = options
  const { checksCounters = true, repairsHolders = true } = options
  const partitions = new Map<string, Map<string, Stored>>()
  const indexes = tableIndexes(time, indexLagMs)
  const claimCounts = new Map<string, unknown>()
  const claimCountOf = (partition: string) =>
    claimCounts.has(partition)
      ? parseClaimCount({ ...claimCountKey(partition), version: claimCounts.get(partition) })
      : undefined
  /** By run id, the value of its item, which names the record that holds the run. */
  const holders = new Map<string, unknown>()
  const counters = capCounters(checksCounters)

  const find = ({ partition, record }: RunKey): Stored | undefined => partitions.get(partition)?.get(record)
  const itemsOf = (partition: string): Stored[] => [...(partitions.get(partition)?.values() ?? [])]

  /** Returns whether the item of a run id is damaged and may be replaced, because no record holds the run. */
  const isFreed = ({ subject, runId }: InFlightRun, holder: string): boolean =>
    repairsHolders &&
    holderIn({ heldBy: holders.get(holder) }) === undefined &&
    itemsOf(partitionOf(subject)).every(({ item }) => item['runId'] !== runId)

  const writes: TableWrite[] = []
  const show = (key: RunKey, next: Stored | undefined) => {
    const name = `${key.partition} ${key.record}`
    writes.push({ atMs: time.now(), key: name, item: next?.item })
    indexes.note(key, next)
    written()
  }

  const put = (next: Stored) => {
    if (next.bytes > maxItemBytes) throw new PortUnavailable('table', new Error('an item is over 400 KB'))
    const partition = partitions.get(next.key.partition) ?? new Map<string, Stored>()
    partition.set(next.key.record, next)
    partitions.set(next.key.partition, partition)
    show(next.key, next)
  }

  const remove = (key: RunKey) => {
    partitions.get(key.partition)?.delete(key.record)
    show(key, undefined)
  }

  /** Returns the page after `last`, in order, and whether another follows. */
  const pageAfter = (
    all: readonly Stored[],
    order: (left: Stored, right: Stored) => number,
    last: Stored | undefined,
  ) => {
    const rest = (last === undefined ? all : all.filter((one) => order(one, last) > 0)).toSorted(order)
    const page: Stored[] = []
    let bytes = 0
    for (const one of rest) {
      if (page.length >= pageRecords || (page.length > 0 && bytes + one.bytes > maxPageBytes)) break
      page.push(one)
      bytes += one.bytes
    }
    return { page, more: page.length < rest.length }
  }

  const unreachable = (cause: Error): never => {
    throw new PortUnavailable('table', cause)
  }

  /** Writes a claim and everything that belongs to it, or returns why it is refused. */
  const refusedOrPut = (claim: ClaimedRun, terms: ClaimConditions, next: Stored) => {
    const { replaces, claimCount, capCounts = [] } = terms
    const { partition } = runKey(claim)
    const refused = claimRefused(claim, terms, {
      isAsRead: (read) => isAsRead(find(runKey(read)), read),
      isAbsentOrPlanned: isAbsentOrPlanned(find(runKey(claim))),
      claimCount: claimCountOf(partition) ?? (claimCounts.has(partition) ? Number.NaN : 0),
      runsIn: counters.runsIn,
    })
    if (refused !== undefined) return refused
    put(next)
    if (replaces !== undefined) remove(runKey(replaces))
    if (claimCount !== undefined) claimCounts.set(partition, claimCount + 1)
    for (const { counter } of capCounts) counters.add(counter, 1)
    return undefined
  }

  const storeFor = (step: Step): RunStore => {
    async function* itemPages(
      name: string,
      about: string,
      read: () => readonly Stored[],
      order: (left: Stored, right: Stored) => number,
    ): AsyncGenerator<readonly Stored[]> {
      let last: Stored | undefined
      for (let more = true; more; ) {
        const answer = await step({
          name,
          about,
          resends: true,
          unreachable,
          effect: () => pageAfter(read(), order, last),
        })
        yield answer.page
        more = answer.more
        last = answer.page.at(-1)
      }
    }

    async function* workBy(name: string, nowMs: number, isIn: (one: Stored) => boolean) {
      const isFar = (one: Stored) =>
        bringsToNow && (one.workAtMs ?? 0) > nowMs + farAheadMs[isInWaiting(one) ? 'waiting' : 'work']
      const read = () => indexes.work().filter((one) => isIn(one) && (isDueBy(one, nowMs) || isFar(one)))
      for await (const page of itemPages(name, '', read, byWorkAt)) {
        const { runs, unreadable } = recordsOf(page)
        yield {
          runs: runs.map((run) => (isFarAhead(run, nowMs) ? broughtToNow(run, nowMs) : run)),
          unreadable,
        }
      }
    }

    const write = <T>(name: string, run: Run, resends: boolean, effect: (key: RunKey) => T): Promise<T> => {
      const key = runKey(run)
      const about = `${key.partition} ${key.record}`
      return step({ name, about, resends, unreachable, effect: () => effect(key) })
    }

    return {
      async runsOf(target) {
        const partition = partitionOf(target)
        let claimCountThen: number | undefined
        const read = () => {
          claimCountThen = claimCountOf(partition)
          return itemsOf(partition)
        }
        const found: Stored[] = []
        let claimCount: number | undefined
        for await (const page of itemPages('store.runsOfAsset', partition, read, byRecord)) {
          // The count is read with the first page, at one moment.
          if (found.length === 0) claimCount = claimCountThen
          found.push(...page)
        }
        return { ...recordsOf(found), ...present({ claimCount }) }
      },

      async decidingRunsOf({ attemptsOf, endedSinceMs, ...source }) {
        const partition = partitionOf(source)
        const claimCount = await step({
          name: 'store.claimCount',
          about: partition,
          resends: true,
          unreachable,
          effect: () => {
            // Replaces a damaged count, like the adapter.
            if (repairsCounts && claimCounts.has(partition) && claimCountOf(partition) === undefined)
              claimCounts.set(partition, time.now())
            return claimCountOf(partition)
          },
        })
        const prefix = attemptsOf === undefined ? undefined : attemptsPrefix(attemptsOf)
        const isDeciding = ({ item, key }: Stored) =>
          Number(item['activeUntil'] ?? 0) >= endedSinceMs ||
          (prefix !== undefined && key.record.startsWith(prefix))
        const read = () => itemsOf(partition).filter(isDeciding)
        const found: Stored[] = []
        for await (const page of itemPages('store.decidingRunsOf', partition, read, byRecord))
          found.push(...page)
        return { ...recordsOf(found), ...present({ claimCount }) }
      },

      holderOf: (domainId, runId) =>
        step({
          name: 'store.holderOf',
          about: runId,
          resends: true,
          unreachable,
          effect: () => {
            const holder = JSON.stringify([domainId, runId])
            if (!holders.has(holder)) return undefined
            return holderIn({ heldBy: holders.get(holder) }) ?? { partition: '', record: '' }
          },
        }),

      async byRunId(runId) {
        // The index shows keys only. The records behind them are read as they are now.
        const shown = await step({
          name: 'store.byRunId',
          about: runId,
          resends: true,
          unreachable,
          effect: () => {
            const key = indexes.keyOf(runId)
            const found = key === undefined ? undefined : find(key)
            return found === undefined ? [] : [found]
          },
        })
        return recordsOf(shown)
      },

      create<R extends Run>(run: R, replaces?: ParkedRun): Promise<CreateResult<R>> {
        const first = { ...run, version: 1 }
        // A transaction carries a token, so it takes effect once if the client sends it twice.
        return write('store.create', run, replaces === undefined, (): CreateResult<R> => {
          const next = stored(toItem(first))
          if (replaces !== undefined && !isAsRead(find(runKey(replaces)), replaces)) {
            return { outcome: 'request-changed' }
          }
          if (!isAbsentOrPlanned(find(next.key))) return { outcome: 'exists' }
          put(next)
          if (replaces !== undefined) remove(runKey(replaces))
          return { outcome: 'created', run: first }
        })
      },

      save<R extends Run>(run: R, giveBack: readonly Counter[] = []): Promise<R | undefined> {
        const next = { ...run, version: run.version + 1 }
        return write('store.save', run, giveBack.length === 0, (key) => {
          if (!isAsRead(find(key), run)) return undefined
          const isCounted = (counter: Counter) => {
            const runs = counters.runsIn(counter)
            return runs > 0 && Number.isFinite(runs)
          }
          if (giveBack.every(isCounted)) for (const counter of giveBack) counters.add(counter, -1)
          put(stored(toItem(next)))
          return next
        })
      },

      endWithNext(before: EndedRun, next: ParkedRun): Promise<EndWithNextResult> {
        const ended = { ...before, version: before.version + 1 }
        return write('store.endWithNext', before, false, (key): EndWithNextResult => {
          if (!isAsRead(find(key), before)) return { outcome: 'changed' }
          if (!isAbsentOrPlanned(find(runKey(next)))) return { outcome: 'exists' }
          const both = [stored(toItem(ended)), stored(toItem({ ...next, version: 1 }))]
          for (const one of both) put(one)
          return { outcome: 'saved', ended }
        })
      },

      claim(claim: ClaimedRun, terms: ClaimConditions = {}): Promise<ClaimResult> {
        const { replaces, claimCount, capCounts = [] } = terms
        const isAlone = replaces === undefined && claimCount === undefined && capCounts.length === 0
        const run = { ...claim, version: claim.version + 1 }
        const next = stored(toItem(run))
        // A claim carries an id of its own, so it recognizes itself in the record.
        const isOwn = () => recognizesClaims && find(next.key) === next
        const claiming = write('store.claim', claim, isAlone, (): ClaimResult => {
          const refused = isOwn() ? undefined : refusedOrPut(claim, terms, next)
          return refused ?? { outcome: 'claimed', run }
        })
        // Where no answer came, the record is read once.
        return claiming.catch(async (error) => {
          const about = `${next.key.partition} ${next.key.record}`
          if (await step({ name: 'store.isClaimed', about, resends: true, unreachable, effect: isOwn }))
            return { outcome: 'claimed', run }
          throw error
        })
      },

      recordRunId(before: InFlightRun): Promise<RecordResult> {
        const run = { ...before, version: before.version + 1 }
        return write('store.recordRunId', before, false, (key): RecordResult => {
          const there = find(key)
          const isFree = before.version === 0 ? there === undefined : isAsRead(there, before)
          if (!isFree) return { outcome: 'changed' }
          const holder = JSON.stringify([before.subject.domainId, before.runId])
          if (holders.has(holder) && !isFreed(before, holder)) return { outcome: 'taken' }
          holders.set(holder, `${key.partition} ${key.record}`)
          put(stored(toItem(run)))
          return { outcome: 'recorded', run }
        })
      },

      dropRequest: (request) =>
        write('store.dropRequest', request, true, (key) => {
          if (!isAsRead(find(key), request)) return false
          remove(key)
          return true
        }),

      due: (nowMs) => workBy('store.due', nowMs, (one) => !isInWaiting(one)),

      waiting: (nowMs) => workBy('store.waiting', nowMs, isInWaiting),

      async *parkedAfter(nowMs) {
        const isCounted = (one: Stored) =>
          isInWaiting(one) && !isDueBy(one, nowMs) && !(Number(one.item['releasedAtMs']) >= nowMs)
        const read = () => indexes.work().filter(isCounted)
        for await (const page of itemPages('store.parkedAfter', '', read, byWorkAt))
          yield page.map(({ item }) => ({
            reason: String(item['reason'] ?? 'UNKNOWN'),
            atMs: Number(item['workAt'] ?? 0),
          }))
      },
    }
  }

  const all = (): Stored[] => [...partitions.values()].flatMap((partition) => [...partition.values()])

  const snapshot = (isLost: (partition: string) => boolean) => {
    const kept = () => all().filter(({ key }) => isLost(key.partition))
    const before = new Set(kept())
    return () => {
      for (const one of kept()) if (!before.has(one)) remove(one.key)
      for (const one of before) if (find(one.key) !== one) put(one)
    }
  }

  return {
    storeFor,
    counters: counters.all,
    countOneMore: (counter) => counters.add(counter, 1),
    items: () => all().map(({ item }) => item),
    plant: (item) => put(stored(item)),
    plantClaimCount: (partition, count) => void claimCounts.set(partition, count),
    plantCounter: counters.plant,
    plantHolder: (domainId, runId, heldBy) => void holders.set(JSON.stringify([domainId, runId]), heldBy),
    snapshot,
    writes: () => writes,
    expire: () => {
      const over = all().filter((one) => isOver(one, time.now()))
      for (const { key } of over) remove(key)
      return over.length
    },
  }
}
