import { describe, expect, test } from 'vitest'
import { endedEvent } from '../../../../lib/contracts/run-event.ts'
import { notifyPeople } from '../../../../lib/usecases/notify/notify-people.ts'
import { endedRun } from '../../../support/runs.ts'

const bodyOf = (over: Parameters<typeof endedRun>[0] = {}) =>
  JSON.stringify({
    detail: endedEvent(endedRun({ ending: 'FAILED', ...over }), { minimal: false }).detail,
  })

const people = () => {
  const sent: object[] = []
  const publish = async (notification: object) => void sent.push(notification)
  return {
    sent,
    context: {
      notifications: { publish },
      stack: { stage: 'prod', flags: '--stage prod --region eu-west-1' },
    },
  }
}

describe('notifyPeople', () => {
  test('sends one notification about all events of a batch', async () => {
    const { sent, context } = people()
    const report = await notifyPeople([bodyOf(), bodyOf({ attempt: 2 })], context)
    expect(report).toEqual({ notified: 2, unreadable: [] })
    expect(sent).toHaveLength(1)
  })

  test('P4: counts a redelivered event once', async () => {
    const { context } = people()
    expect(await notifyPeople([bodyOf(), bodyOf()], context)).toMatchObject({ notified: 1 })
  })

  test('reports a body that cannot be read, and notifies of the others', async () => {
    const { sent, context } = people()
    const report = await notifyPeople(['{}', bodyOf(), 'not json'], context)
    expect(report).toMatchObject({ notified: 1, unreadable: [{ index: 0 }, { index: 2 }] })
    expect(sent).toHaveLength(1)
  })

  test('sends nothing without a readable event', async () => {
    const { sent, context } = people()
    expect(await notifyPeople(['not json'], context)).toMatchObject({ notified: 0 })
    expect(sent).toEqual([])
  })
})
