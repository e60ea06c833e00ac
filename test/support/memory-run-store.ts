import { PortUnavailable } from '../../lib/errors.ts'
import type { RunStore, UnreadableRecord } from '../../lib/ports/run-store.ts'
import { partitionOf, type RunKey, runKey, targetOf } from '../../lib/run/identity.ts'
import type { Counter, Run } from '../../lib/run/run.ts'
import { workAtMs } from '../../lib/run/sweep-plan.ts'
import { claimRefused } from './claim-conditions.ts'

export interface MemoryRunStore extends RunStore {
  /** Every record, by its sort key. */
  all(): readonly Run[]
  /** The record with the same key as `run`. */
  current(run: Run): Run | undefined
  /** How many runs a cap's counter holds. */
  runsIn(counter: Counter): number
  /** Puts a record there as if somebody else had written it. */
  given(...runs: readonly Run[]): void
  /** Successful writes, in order: `claim RUN#4#...`. */
  readonly writes: string[]
  readonly unreadable: UnreadableRecord[]
  /** Called before each write; may write something else first, or throw. */
  beforeWrite: (run: Run) => void
}

/** What the table cannot answer. */
export const storeDown = () => new PortUnavailable('table', new Error('down for a test'))

/** A run store with the conditions of the real one, and none of its failures unless a test asks for them. */
export const memoryRunStore = (...initial: readonly Run[]): MemoryRunStore => {
  const records = new Map<string, Run>()
  const id = ({ partition, record }: RunKey) => `${partition} ${record}`
  const current = (run: Run) => records.get(id(runKey(run)))
  const put = (run: Run) => records.set(id(runKey(run)), structuredClone(run))
  const isUnchanged = (run: Run) =>
    current(run)?.version === run.version && current(run)?.createdAtMs === run.createdAtMs

  const turns = new Map<string, number>()
  const counters = new Map<string, number>()
  const nameOf = ({ cap, period }: Counter) => `${cap} ${period}`

  const store: MemoryRunStore = {
    writes: [],
    unreadable: [],
    beforeWrite: () => {},
    all: () => [...records.keys()].toSorted().flatMap((key) => records.get(key) ?? []),
    current,
    runsIn: (counter) => counters.get(nameOf(counter)) ?? 0,
    given(...runs) {
      for (const run of runs) put(run)
    },

    async runsOfAsset(target) {
      const partition = partitionOf(target)
      const turn = turns.get(partition)
      return {
        ...(turn === undefined ? {} : { turn }),
        runs: store.all().filter((run) => partitionOf(run.subject) === partition),
        unreadable: store.unreadable.filter((record) => record.key.partition === partition),
      }
    },

    async byRunId(runId) {
      return { runs: store.all().filter((run) => 'runId' in run && run.runId === runId), unreadable: [] }
    },

    async create(run, instead) {
      store.beforeWrite(run)
      if (instead !== undefined && !isUnchanged(instead)) return { outcome: 'request-changed' }
      const there = current(run)
      if (there !== undefined && there.state !== 'PLANNED') return { outcome: 'exists' }
      if (instead !== undefined) records.delete(id(runKey(instead)))
      const created = { ...run, version: 1 }
      put(created)
      store.writes.push(`create ${run.state} ${runKey(run).record}${instead === undefined ? '' : ' instead'}`)
      return { outcome: 'created', run: created }
    },

    async save(run) {
      store.beforeWrite(run)
      if (!isUnchanged(run)) return undefined
      const saved = { ...run, version: run.version + 1 }
      put(saved)
      store.writes.push(`save ${run.state} ${runKey(run).record}`)
      return saved
    },

    async endWithNext(before, next) {
      store.beforeWrite(before)
      if (!isUnchanged(before)) return { outcome: 'changed' }
      const there = current(next)
      if (there !== undefined && there.state !== 'PLANNED') return { outcome: 'exists' }
      const ended = { ...before, version: before.version + 1 }
      put(ended)
      put({ ...next, version: 1 })
      store.writes.push(`end ${runKey(ended).record}, create ${next.state} ${runKey(next).record}`)
      return { outcome: 'saved', ended }
    },

    async claim(claim, terms = {}) {
      store.beforeWrite(claim)
      const { instead, turn, counts = [] } = terms
      const partition = partitionOf(targetOf(claim.subject))
      const there = current(claim)
      const refused = claimRefused(claim, terms, {
        isAsRead: (read) =>
          current(read)?.version === read.version && current(read)?.createdAtMs === read.createdAtMs,
        isAbsentOrPlanned: there === undefined || there.state === 'PLANNED',
        turn: turns.get(partition) ?? 0,
        runsIn: store.runsIn,
      })
      if (refused !== undefined) return refused
      if (instead !== undefined) records.delete(id(runKey(instead)))
      if (turn !== undefined) turns.set(partition, turn + 1)
      for (const { counter } of counts) counters.set(nameOf(counter), store.runsIn(counter) + 1)
      const run = { ...claim, version: claim.version + 1 }
      put(run)
      store.writes.push(`claim ${runKey(run).record}${instead === undefined ? '' : ' instead'}`)
      return { outcome: 'claimed', run }
    },

    async dropRequest(request) {
      store.beforeWrite(request)
      if (!isUnchanged(request)) return false
      records.delete(id(runKey(request)))
      store.writes.push(`drop ${runKey(request).record}`)
      return true
    },

    async parkedAfter(nowMs) {
      const counts = new Map<string, number>()
      for (const run of store.all()) {
        if (run.state === 'PARKED' && run.retryAtMs > nowMs)
          counts.set(run.reason, (counts.get(run.reason) ?? 0) + 1)
      }
      return counts
    },

    async *due(nowMs) {
      const due = store
        .all()
        .map((run) => ({ run, atMs: workAtMs(run) ?? Number.POSITIVE_INFINITY }))
        .filter(({ atMs }) => atMs <= nowMs)
        .toSorted((left, right) => left.atMs - right.atMs)
      const half = Math.ceil(due.length / 2)
      for (const page of [due.slice(0, half), due.slice(half)]) {
        yield { runs: page.map(({ run }) => run), unreadable: [] }
      }
      if (store.unreadable.length > 0) yield { runs: [], unreadable: store.unreadable }
    },
  }
  store.given(...initial)
  return store
}
