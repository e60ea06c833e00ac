import { userInfo } from 'node:os'
import { dynamoDbSwitchWriter } from '../../../lib/adapters/dynamodb/switch-writer.ts'
import type { PageState } from '../page-state.ts'
import { isOpenRow } from '../run-row.ts'
import { CannotChange, type ChangeOf, plural } from './change.ts'
import type { PlannedChange } from './change-plans.ts'

type Scope = ChangeOf<'pause'> | ChangeOf<'resume'>

const nameOf = ({ domainId, projectId }: Scope): string =>
  projectId === undefined ? domainId : `${domainId}/${projectId}`

const openIn = (scope: Scope, { board }: PageState) =>
  [...board.rows()].filter(
    (row) =>
      isOpenRow(row) &&
      row.domainId === scope.domainId &&
      (scope.projectId === undefined || row.projectId === scope.projectId),
  )

const keyOf = ({ domainId, projectId }: Scope) =>
  projectId === undefined ? { domainId } : { domainId, projectId }

export const planPause = (change: ChangeOf<'pause'>, state: PageState): PlannedChange => {
  const open = openIn(change, state)
  const waiting = open.filter(({ status }) => status === 'PARKED').length
  return {
    title: `Pause ${nameOf(change)}: ${plural(waiting, 'waiting request')}`,
    detail: `New requests wait, too, until it is resumed. ${plural(open.length - waiting, 'run')} in flight are not stopped. The pause takes effect within a minute.`,
    count: waiting,
    lines: [`reason: ${change.reason}`],
    apply: async () => {
      const pause = { reason: change.reason, pausedBy: userInfo().username }
      await dynamoDbSwitchWriter(state.stack.client, state.stack.tableName).pause(keyOf(change), pause)
      return `paused ${nameOf(change)}`
    },
  }
}

export const planResume = (change: ChangeOf<'resume'>, state: PageState): PlannedChange => {
  const waiting = openIn(change, state).filter((row) => row.reason === 'PAUSED')
  return {
    title: `Resume ${nameOf(change)}: ${plural(waiting.length, 'request')}`,
    detail: 'The next sweep releases what waits for it.',
    count: waiting.length,
    lines: [],
    apply: async () => {
      const isDone = await dynamoDbSwitchWriter(state.stack.client, state.stack.tableName).resume(
        keyOf(change),
      )
      if (!isDone)
        throw new CannotChange(`${nameOf(change)} is not paused; if its domain is, resume the domain`)
      return `resumed ${nameOf(change)}`
    },
  }
}
