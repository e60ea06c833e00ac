import { describe, expect, test } from 'vitest'
import { storeDown } from '../../support/memory-run-store.ts'
import { minute, t0 } from '../../support/runs.ts'
import { answered, refused } from '../../support/scripted-datazone.ts'
import { canceling, cancelSweeper, recordedCancel, runOwingCancel } from '../../support/sweep-of-cancels.ts'

describe('an owed cancel', () => {
  test('is sent once, however young the run, and followed by a Get', async () => {
    const { settle, currentRun, datazone } = cancelSweeper(runOwingCancel(), canceling('CANCELED'))
    expect(await settle()).toMatchObject({
      ended: [{ ending: 'CANCELED', cancel: { sentAtMs: t0 } }],
      problems: [],
    })
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1'])
    expect(currentRun()).toMatchObject({ state: 'ENDED', nativeStatus: 'CANCELED' })
  })

  test('is followed by one Get, however old the run', async () => {
    const { settle, datazone } = cancelSweeper(
      runOwingCancel({ startedAtMs: t0 - 10 * minute }),
      canceling('CANCELED'),
    )
    await settle()
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1'])
  })

  test('is not sent again once DataZone has accepted it', async () => {
    const { settle, currentRun, datazone, store } = cancelSweeper(
      runOwingCancel(),
      canceling('IN_PROGRESS', 'IN_PROGRESS', 'CANCELED'),
    )
    await settle()
    expect(currentRun()).toMatchObject({ state: 'IN_FLIGHT', cancel: { ...recordedCancel, sentAtMs: t0 } })
    const writes = store.writes.length
    await settle()
    expect(store.writes).toHaveLength(writes)
    expect(await settle()).toMatchObject({ ended: [{ ending: 'CANCELED' }] })
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1', 'Get run-1', 'Get run-1'])
  })

  test.each(['SUCCEEDED', 'FAILED', 'PARTIALLY_SUCCEEDED'])(
    'P5: does not change the ending %s when it comes too late, and prevents a retry',
    async (nativeStatus) => {
      const policy = { retry: { attempts: 3, delayMs: minute } }
      const script = { ...canceling(nativeStatus), cancelRun: async () => refused('CONFLICT') }
      const { settle, store } = cancelSweeper(runOwingCancel({ policy }), script)
      expect(await settle()).toMatchObject({
        ended: [{ ending: nativeStatus }],
        problems: ['cancel: ConflictException'],
      })
      expect(store.all()).toHaveLength(1)
      expect(store.all()[0]).not.toHaveProperty('willRetry')
    },
  )

  test.each(['UNAVAILABLE', 'THROTTLED', 'DENIED', 'CONFLICT', 'NOT_FOUND'] as const)(
    'is sent again after %s while a Get shows the run active',
    async (kind) => {
      const answers = [refused(kind), answered(undefined)]
      const script = {
        ...canceling('IN_PROGRESS', 'CANCELED'),
        cancelRun: async () => answers.shift() ?? refused('INVALID'),
      }
      const { settle, currentRun, datazone } = cancelSweeper(runOwingCancel(), script)
      await settle()
      expect(currentRun()).toMatchObject({ state: 'IN_FLIGHT', cancel: recordedCancel })
      expect(await settle()).toMatchObject({ ended: [{ ending: 'CANCELED' }] })
      expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1', 'Cancel run-1', 'Get run-1'])
    },
  )

  test('is sent once in a sweep, whatever else is recorded on the run', async () => {
    const { settle, currentRun, datazone } = cancelSweeper(runOwingCancel({ notFoundSinceMs: t0 - minute }), {
      ...canceling('IN_PROGRESS'),
      cancelRun: async () => refused('UNAVAILABLE'),
    })
    await settle()
    expect(currentRun()?.history.at(-1)?.what).toBe('found again')
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1'])
  })

  test('is followed by a Get even when the table did not record that DataZone accepted it', async () => {
    const { settle, currentRun, datazone, store } = cancelSweeper(
      runOwingCancel(),
      canceling('IN_PROGRESS', 'CANCELED'),
    )
    let writes = 0
    store.beforeWrite = () => {
      writes += 1
      if (writes === 1) throw storeDown()
    }
    expect((await settle()).problems).toHaveLength(1)
    expect(currentRun()).toMatchObject({ state: 'IN_FLIGHT', cancel: recordedCancel })
    expect(await settle()).toMatchObject({ ended: [{ ending: 'CANCELED' }] })
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1', 'Cancel run-1', 'Get run-1'])
  })
})
