import { describe, expect, test } from 'vitest'
import { cancelWorld, recordedCancel, withEarlierStart } from '../../../support/canceling.ts'
import { sourceCancelRequest } from '../../../support/messages.ts'
import { claimedRun, inFlightRun, parkedRun, second, sourceSubject, t0 } from '../../../support/runs.ts'
import { answered, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('a cancel of a data source run', () => {
  const about = { subject: sourceSubject }

  test('ends the waiting run, and rejects the cancel of the active one', async () => {
    const active = inFlightRun({ ...about, runId: 'source-run-1' })
    const waiting = parkedRun({ subject: { ...sourceSubject, triggerKey: 'load-2' }, reason: 'BEHIND' })
    const { handle, store, bus, queue } = cancelWorld([active, waiting])
    const [ended, rejected] = await handle(sourceCancelRequest())
    expect(ended).toMatchObject({ outcome: 'canceled' })
    const reason = expect.stringMatching(
      /^dataSource: run source-run-1 is active, and DataZone cannot cancel/,
    )
    expect(rejected).toMatchObject({ outcome: 'rejected', reasons: [reason] })
    expect(store.current(active)).toEqual(active)
    expect(bus.events.map(({ detailType }) => detailType)).toEqual([
      'Data Source Run Canceled',
      'Data Source Run Rejected',
    ])
    expect(bus.events[1]?.detail).toMatchObject({
      metadata: { causationId: 'stop-1' },
      data: {
        rejectedRequest: 'CANCEL',
        error: {
          name: 'CannotCancel',
          message: expect.stringMatching(/^cancel request refused: dataSource: run/),
        },
      },
    })
    expect(queue.copies).toMatchObject([{ reasons: [reason] }])
  })

  test('rejects the cancel of an active run at once', async () => {
    const world = starterWorld({ runs: [inFlightRun(about)] })
    expect(await world.outcomes(sourceCancelRequest())).toEqual(['rejected'])
    expect(world.queue.copies).toHaveLength(1)
  })

  test('covers only the trigger that it names', async () => {
    const { outcomes } = cancelWorld([parkedRun(about)])
    expect(await outcomes(sourceCancelRequest({ triggerKey: 'load-2' }))).toEqual(['nothing-to-cancel'])
    expect(await outcomes(sourceCancelRequest({ triggerKey: 'load-1' }))).toEqual(['canceled'])
  })

  test('follows a run that List shows active, and owes no cancel', async () => {
    const run = parkedRun({ ...about, ...withEarlierStart, cancel: recordedCancel })
    const createdAtMs = t0 - 90 * second
    const world = cancelWorld([run], {
      listSourceRuns: async () =>
        answered({ runs: [serviceRun({ runId: 'source-run-1', types: [], createdAtMs })] }),
    })
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { outcome: 'started', adopted: true },
    ])
    const followed = world.store.current(run)
    expect(followed).toMatchObject({ state: 'IN_FLIGHT', runId: 'source-run-1' })
    expect(followed).not.toHaveProperty('cancel')
    expect(followed?.history.at(-1)?.what).toMatch(/cannot be canceled$/)
  })

  test('is recorded on a claim', async () => {
    expect(await cancelWorld([claimedRun(about)]).handle(sourceCancelRequest())).toMatchObject([
      { outcome: 'cancel-requested', run: { state: 'CLAIMED' } },
    ])
  })
})
