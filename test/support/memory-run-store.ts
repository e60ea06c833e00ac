import { PortUnavailable } from '../../lib/errors.ts'
import type { Records, RunStore, UnreadableRecord } from '../../lib/ports/run-store.ts'
import { activeUntilMs } from '../../lib/run/deciding-runs.ts'
import { broughtToNow, isFarAhead } from '../../lib/run/far-ahead.ts'
import { attemptsPrefix, partitionOf, type RunKey, runKey, targetOf } from '../../lib/run/identity.ts'
import type { Counter, Run } from '../../lib/run/run.ts'
import { workAtMs } from '../../lib/run/sweep-plan.ts'
import { claimRefused } from './claim-conditions.ts'

export interface MemoryRunStore extends RunStore {
  /** Returns every record, ordered by key. */
  all(): readonly Run[]
  /** Returns the stored record with the key of `run`. */
  current(run: Run): Run | undefined
  /** Returns how many runs a cap's counter holds. */
  runsIn(counter: Counter): number
  /** Writes records without any condition, as another writer may. */
  put(...runs: readonly Run[]): void
  /** Successful writes, in order, such as `claim RUN#4#...`. */
  readonly writes: string[]
  readonly unreadable: UnreadableRecord[]
  /** Called before each write. A test may write something else here, or throw. */
  beforeWrite: (run: Run) => void
}

/** Returns the error of a table that does not answer. */
export const storeDown = () => new PortUnavailable('table', new Error('down for a test'))

/** Returns a run store in memory, with the write conditions of the table. It fails only if a test makes it fail. */
export const memoryRunStore = (...initial: readonly Run[]): MemoryRunStore => {
  const records = new Map<string, Run>()
  const id = ({ partition, record }: RunKey) => `${partition} ${record}`
  const current = (run: Run) => records.get(id(runKey(run)))
  const put = (run: Run) => records.set(id(runKey(run)), structuredClone(run))
  const isUnchanged = (run: Run) =>
    current(run)?.version === run.version && current(run)?.createdAtMs === run.createdAtMs

  const claimCounts = new Map<string, number>()
  const holders = new Set<string>()
  const counters = new Map<string, number>()
  const nameOf = ({ cap, period }: Counter) => `${cap} ${period}`

  /** Yields the records that are due by `nowMs`, oldest first, in two pages. */
  async function* inPages(nowMs: number, isWanted: (run: Run) => boolean): AsyncGenerator<Records> {
    const due = store
      .all()
      .filter(isWanted)
      .map((run) => ({ run, atMs: workAtMs(run) ?? Number.POSITIVE_INFINITY }))
      .filter(({ run, atMs }) => atMs <= nowMs || isFarAhead(run, nowMs))
      .toSorted((left, right) => left.atMs - right.atMs)
    const half = Math.ceil(due.length / 2)
    for (const page of [due.slice(0, half), due.slice(half)]) {
      yield {
        runs: page.map(({ run }) => (isFarAhead(run, nowMs) ? broughtToNow(run, nowMs) : run)),
        unreadable: [],
      }
    }
  }

  const store: MemoryRunStore = {
    writes: [],
    unreadable: [],
    beforeWrite: () => {},
    all: () => [...records.keys()].toSorted().flatMap((key) => records.get(key) ?? []),
    current,
    runsIn: (counter) => counters.get(nameOf(counter)) ?? 0,
    put(...runs) {
      for (const run of runs) put(run)
    },

    async runsOf(target) {
      const partition = partitionOf(target)
      const claimCount = claimCounts.get(partition)
      return {
        ...(claimCount === undefined ? {} : { claimCount }),
        runs: store.all().filter((run) => partitionOf(run.subject) === partition),
        unreadable: store.unreadable.filter((record) => record.key.partition === partition),
      }
    },

    async decidingRunsOf({ attemptsOf, endedSinceMs, ...source }) {
      const read = await store.runsOf(source)
      const prefix = attemptsOf === undefined ? undefined : attemptsPrefix(attemptsOf)
      const isOfSubject = (record: string) => prefix !== undefined && record.startsWith(prefix)
      return {
        ...read,
        runs: read.runs.filter(
          (run) => (activeUntilMs(run) ?? 0) >= endedSinceMs || isOfSubject(runKey(run).record),
        ),
      }
    },

    async holderOf(domainId, runId) {
      const holder = store
        .all()
        .find((run) => run.subject.domainId === domainId && 'runId' in run && run.runId === runId)
      return holder === undefined ? undefined : runKey(holder)
    },

    async byRunId(runId) {
      return { runs: store.all().filter((run) => 'runId' in run && run.runId === runId), unreadable: [] }
    },

    async create(run, replaces) {
      store.beforeWrite(run)
      if (replaces !== undefined && !isUnchanged(replaces)) return { outcome: 'request-changed' }
      const existing = current(run)
      const isUnreadable = store.unreadable.some(({ key }) => id(key) === id(runKey(run)))
      if (isUnreadable || (existing !== undefined && existing.state !== 'PLANNED'))
        return { outcome: 'exists' }
      if (replaces !== undefined) records.delete(id(runKey(replaces)))
      const created = { ...run, version: 1 }
      put(created)
      store.writes.push(
        `create ${run.state} ${runKey(run).record}${replaces === undefined ? '' : ' instead'}`,
      )
      return { outcome: 'created', run: created }
    },

    async save(run, giveBack = []) {
      store.beforeWrite(run)
      if (!isUnchanged(run)) return undefined
      if (giveBack.every((counter) => store.runsIn(counter) > 0))
        for (const counter of giveBack) counters.set(nameOf(counter), store.runsIn(counter) - 1)
      const saved = { ...run, version: run.version + 1 }
      put(saved)
      store.writes.push(`save ${run.state} ${runKey(run).record}`)
      return saved
    },

    async endWithNext(before, next) {
      store.beforeWrite(before)
      if (!isUnchanged(before)) return { outcome: 'changed' }
      const existing = current(next)
      if (existing !== undefined && existing.state !== 'PLANNED') return { outcome: 'exists' }
      const ended = { ...before, version: before.version + 1 }
      put(ended)
      put({ ...next, version: 1 })
      store.writes.push(`end ${runKey(ended).record}, create ${next.state} ${runKey(next).record}`)
      return { outcome: 'saved', ended }
    },

    async claim(claim, terms = {}) {
      store.beforeWrite(claim)
      const { replaces, claimCount, capCounts = [] } = terms
      const partition = partitionOf(targetOf(claim.subject))
      const existing = current(claim)
      const refused = claimRefused(claim, terms, {
        isAsRead: (read) =>
          current(read)?.version === read.version && current(read)?.createdAtMs === read.createdAtMs,
        isAbsentOrPlanned: existing === undefined || existing.state === 'PLANNED',
        claimCount: claimCounts.get(partition) ?? 0,
        runsIn: store.runsIn,
      })
      if (refused !== undefined) return refused
      if (replaces !== undefined) records.delete(id(runKey(replaces)))
      if (claimCount !== undefined) claimCounts.set(partition, claimCount + 1)
      for (const { counter } of capCounts) counters.set(nameOf(counter), store.runsIn(counter) + 1)
      const run = { ...claim, version: claim.version + 1 }
      put(run)
      store.writes.push(`claim ${runKey(run).record}${replaces === undefined ? '' : ' instead'}`)
      return { outcome: 'claimed', run }
    },

    async recordRunId(run) {
      store.beforeWrite(run)
      const isFree = run.version === 0 ? current(run) === undefined : isUnchanged(run)
      if (!isFree) return { outcome: 'changed' }
      const holder = `${run.subject.domainId} ${run.runId}`
      if (holders.has(holder)) return { outcome: 'taken' }
      holders.add(holder)
      const recorded = { ...run, version: run.version + 1 }
      put(recorded)
      store.writes.push(`record ${run.runId} ${runKey(run).record}`)
      return { outcome: 'recorded', run: recorded }
    },

    async dropRequest(request) {
      store.beforeWrite(request)
      if (!isUnchanged(request)) return false
      records.delete(id(runKey(request)))
      store.writes.push(`drop ${runKey(request).record}`)
      return true
    },

    async *due(nowMs) {
      yield* inPages(nowMs, (run) => run.state !== 'PARKED')
      if (store.unreadable.length > 0) yield { runs: [], unreadable: store.unreadable }
    },

    waiting: (nowMs) => inPages(nowMs, (run) => run.state === 'PARKED'),

    async *parkedAfter(nowMs) {
      const parked = store.all().filter((run) => run.state === 'PARKED')
      const later = parked.filter(
        ({ retryAtMs, releasedAtMs = 0 }) => retryAtMs > nowMs && releasedAtMs < nowMs,
      )
      const found = later.map(({ reason, retryAtMs }) => ({ reason, atMs: retryAtMs }))
      const half = Math.ceil(found.length / 2)
      yield found.slice(0, half)
      yield found.slice(half)
    },
  }
  store.put(...initial)
  return store
}
