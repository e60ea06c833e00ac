import { breakerName } from '../../../lib/run/breaker.ts'
import type { PageState } from '../page-state.ts'
import { CannotChange, plural } from './change.ts'
import type { PlannedChange } from './change-plans.ts'

export const planBreaker = async (name: string, { stack, board }: PageState): Promise<PlannedChange> => {
  const found = (await stack.breakers.openBreakers()).find(({ cause }) => breakerName(cause) === name)
  if (found === undefined) throw new CannotChange(`no open breaker is named ${name}`)
  const waiting = [...board.rows()].filter(
    (row) => row.status === 'PARKED' && row.reason === found.cause.reason,
  )
  return {
    title: `Close breaker ${name}: ${plural(waiting.length, 'request')}`,
    detail: 'Requests are tried again at the next sweep. If DataZone still refuses, the breaker opens again.',
    count: waiting.length,
    lines: [],
    apply: async () => {
      await stack.breakers.close(found)
      return `closed ${name}`
    },
  }
}
