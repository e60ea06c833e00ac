import type { Run } from '../../lib/run/run.ts'
import { openWork } from '../../lib/usecases/inspect/open-work.ts'
import { noOperatorState, type OperatorState, readOperatorState } from './operator-state.ts'
import type { PageStack } from './page-stack.ts'
import type { RunBoard } from './run-board.ts'
import { isOpenRow, rowOfRun } from './run-row.ts'

/** The open runs and the operator state. */
export interface OpenState {
  readonly open: readonly Run[]
  readonly unreadable: number
  readonly operator: OperatorState
  /** From the ending at DataZone to its detection, in ms, of recent runs. */
  readonly latenesses: readonly number[]
}

/** An open record that is gone from the work index this long after its last change was replaced. */
const goneAfterMs = 10_000

const removeGone = (board: RunBoard, present: ReadonlySet<string>): void => {
  const goneBefore = Date.now() - goneAfterMs
  for (const row of board.rows())
    if (isOpenRow(row) && !present.has(row.key) && row.updatedAtMs < goneBefore) board.remove(row.key)
}

/** Reads the work index, the operator's state, and which domains there are. */
export const openReader = (
  stack: PageStack,
  board: RunBoard,
  domains: Set<string>,
  readLatenesses: (() => Promise<readonly number[]>) | undefined,
) => {
  let state: OpenState = { open: [], unreadable: 0, operator: noOperatorState, latenesses: [] }
  return {
    read: async (): Promise<void> => {
      const { runs, unreadable } = await openWork(stack.store)
      const rows = runs.map(rowOfRun)
      for (const row of rows) {
        domains.add(row.domainId)
        board.put(row)
      }
      removeGone(board, new Set(rows.map(({ key }) => key)))
      state = { ...state, open: runs, unreadable: unreadable.length }
      for (const domainId of await stack.counts.domains()) domains.add(domainId)
      const latenesses = (await readLatenesses?.()) ?? []
      state = { ...state, latenesses, operator: await readOperatorState(stack, runs, [...domains]) }
    },
    state: () => state,
  }
}
