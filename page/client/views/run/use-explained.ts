import { useEffect, useState } from 'preact/hooks'
import { getJson } from '../../api.ts'
import { useLive } from '../../live.ts'
import type { Explained } from '../../model/explanation.ts'

export interface Target {
  readonly domainId: string
  readonly kind: string
  readonly id: string
}

export const targetIn = (path: string): Target => {
  const [, , domainId = '', kind = '', id = ''] = path.split('/')
  return { domainId, kind, id: decodeURIComponent(id) }
}

/** The explanation of a target, read again whenever one of its rows changes. */
export const useExplained = ({ domainId, kind, id }: Target): Explained | string | undefined => {
  const { rows } = useLive('rows')
  const [answer, setAnswer] = useState<Explained | string>()
  const changed = rows
    .filter((row) => row.target === id && row.domainId === domainId)
    .map((row) => `${row.key} ${row.status} ${row.updatedAtMs}`)
    .join()
  useEffect(() => {
    let isShown = true
    getJson<Explained>(`/api/explain/${domainId}/${kind}/${encodeURIComponent(id)}`).then(
      (explained) => isShown && setAnswer(explained),
      (error: Error) =>
        isShown && setAnswer((before) => (typeof before === 'object' ? before : error.message)),
    )
    return () => {
      isShown = false
    }
  }, [domainId, kind, id, changed])
  return answer
}
