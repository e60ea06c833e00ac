import { useEffect, useState } from 'preact/hooks'
import type { OlderPosition, OlderRuns, RunRow } from '../../../shared/protocol.ts'
import { getJson } from '../../api.ts'
import { toast } from '../../ui/toast.tsx'

/** Runs older than those that the page holds, read 500 at a time on request. */
export interface Older {
  readonly rows: readonly RunRow[]
  /** Whether the last read found that there are no older runs. */
  readonly isEnd: boolean
  readonly isReading: boolean
  /** Reads the next 500. */
  readonly read: () => Promise<void>
}

/** Reads on from the oldest of `rows`, and starts over when other statuses are chosen. No statuses means all. */
export const useOlder = (rows: readonly RunRow[], statuses: readonly string[]): Older => {
  const [older, setOlder] = useState<readonly RunRow[]>([])
  const [next, setNext] = useState<OlderPosition | 'end'>()
  const [isReading, setReading] = useState(false)
  useEffect(() => {
    setOlder([])
    setNext(undefined)
  }, [statuses.join()])
  const read = async (): Promise<void> => {
    if (next === 'end') return
    setReading(true)
    const from = next ?? { updatedAtMs: rows.at(-1)?.updatedAtMs ?? Date.now(), id: '' }
    const query = new URLSearchParams({
      updatedAtMs: String(from.updatedAtMs),
      id: from.id,
      ...(statuses.length === 0 ? {} : { status: statuses.join(',') }),
    })
    try {
      const found = await getJson<OlderRuns>(`/api/older?${query}`)
      setOlder((before) => [...before, ...found.rows])
      setNext(found.next ?? 'end')
    } catch (error) {
      toast('bad', error instanceof Error ? error.message : String(error))
    }
    setReading(false)
  }
  return { rows: older, isEnd: next === 'end', isReading, read }
}

/** The held rows, then the older ones that are not among them. */
export const withOlder = (
  rows: readonly RunRow[],
  byKey: ReadonlyMap<string, RunRow>,
  older: readonly RunRow[],
): readonly RunRow[] => {
  if (older.length === 0) return rows
  const known = new Set<string>()
  const isNew = ({ key }: RunRow): boolean => {
    if (byKey.has(key) || known.has(key)) return false
    known.add(key)
    return true
  }
  return [...rows, ...older.filter(isNew)]
}
