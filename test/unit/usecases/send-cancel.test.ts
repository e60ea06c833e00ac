import { describe, expect, test } from 'vitest'
import type { DataZone, RefusalKind } from '../../../lib/ports/datazone.ts'
import type { InFlightRun } from '../../../lib/run/run.ts'
import { settleHints } from '../../../lib/usecases/observe/settle-hints.ts'
import { settleRuns } from '../../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { memoryRunStore, storeDown } from '../../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../../support/recorders.ts'
import { inFlightRun, minute, second, sourceSubject, subject, t0 } from '../../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../../support/scripted-datazone.ts'
import { defaults } from '../../support/starter-world.ts'

const byStop = { requestedAtMs: t0 - second, requestId: 'stop-1' }
const owed = (over: Partial<InFlightRun> = {}) => inFlightRun({ cancel: byStop, ...over })
const hour = 60 * minute
const overdue = { startedAtMs: t0 - 5 * hour, policy: { cancelAtDeadline: true } } as const

/** A DataZone that cancels, and shows the runs in these statuses, one after the other. */
const canceling = (...shown: readonly string[]): Partial<DataZone> => {
  const left = [...shown]
  return {
    cancelRun: async () => answered(undefined),
    getRun: async () => answered(serviceRun({ nativeStatus: left.shift() ?? 'GONE' })),
  }
}

const sweeper = (run: InFlightRun, script: Partial<DataZone>) => {
  const store = memoryRunStore(run)
  const clock = manualClock()
  const datazone = scriptedDataZone(script)
  const tools = { store, clock, datazone, bus: recordingBus(), queue: recordingQueue() }
  const settle = () => {
    const current = store.current(run)
    return settleRuns(current?.state === 'IN_FLIGHT' ? [current] : [], {
      ...tools,
      settings: defaults.sweeper,
      deadlineMs: clock.now() + minute,
    })
  }
  return { ...tools, settle, now: () => store.current(run) }
}

describe('a sweep carries out what is owed', () => {
  test('once, young as the run may be, and a Get shows what came of it', async () => {
    const { settle, now, datazone } = sweeper(owed(), canceling('CANCELED'))
    expect(await settle()).toMatchObject({
      ended: [{ ending: 'CANCELED', cancel: { sentAtMs: t0 } }],
      problems: [],
    })
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1'])
    expect(now()).toMatchObject({ state: 'ENDED', nativeStatus: 'CANCELED' })
  })

  test('with one Get, however old it is', async () => {
    const { settle, datazone } = sweeper(owed({ startedAtMs: t0 - 10 * minute }), canceling('CANCELED'))
    await settle()
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1'])
  })

  test('and asks no more once it was taken', async () => {
    const { settle, now, datazone, store } = sweeper(
      owed(),
      canceling('IN_PROGRESS', 'IN_PROGRESS', 'CANCELED'),
    )
    await settle()
    expect(now()).toMatchObject({ state: 'IN_FLIGHT', cancel: { ...byStop, sentAtMs: t0 } })
    const writes = store.writes.length
    await settle()
    expect(store.writes).toHaveLength(writes)
    expect(await settle()).toMatchObject({ ended: [{ ending: 'CANCELED' }] })
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1', 'Get run-1', 'Get run-1'])
  })

  test.each(['SUCCEEDED', 'FAILED', 'PARTIALLY_SUCCEEDED'])(
    'P5: one that came too late leaves %s as it is, and is not retried',
    async (nativeStatus) => {
      const policy = { retry: { attempts: 3, delayMs: minute } }
      const script = { ...canceling(nativeStatus), cancelRun: async () => refused('CONFLICT') }
      const { settle, store } = sweeper(owed({ policy }), script)
      expect(await settle()).toMatchObject({
        ended: [{ ending: nativeStatus }],
        problems: ['cancel: ConflictException'],
      })
      expect(store.all()).toHaveLength(1)
      expect(store.all()[0]).not.toHaveProperty('willRetry')
    },
  )

  test.each(['UNAVAILABLE', 'THROTTLED', 'DENIED', 'CONFLICT', 'NOT_FOUND'] as const)(
    'sends the cancel again, after %s, while a Get shows the run active',
    async (kind) => {
      const answers = [refused(kind), answered(undefined)]
      const script = {
        ...canceling('IN_PROGRESS', 'CANCELED'),
        cancelRun: async () => answers.shift() ?? refused('INVALID'),
      }
      const { settle, now, datazone } = sweeper(owed(), script)
      await settle()
      expect(now()).toMatchObject({ state: 'IN_FLIGHT', cancel: byStop })
      expect(await settle()).toMatchObject({ ended: [{ ending: 'CANCELED' }] })
      expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1', 'Cancel run-1', 'Get run-1'])
    },
  )

  test('once in a sweep, whatever else is noted of the run', async () => {
    const { settle, now, datazone } = sweeper(owed({ notFoundSinceMs: t0 - minute }), {
      ...canceling('IN_PROGRESS'),
      cancelRun: async () => refused('UNAVAILABLE'),
    })
    await settle()
    expect(now()?.history.at(-1)?.what).toBe('found again')
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1'])
  })

  test('and is looked at all the same, when the table did not take the note that DataZone took it', async () => {
    const { settle, now, datazone, store } = sweeper(owed(), canceling('IN_PROGRESS', 'CANCELED'))
    let writes = 0
    store.beforeWrite = () => {
      writes += 1
      if (writes === 1) throw storeDown()
    }
    expect((await settle()).problems).toHaveLength(1)
    expect(now()).toMatchObject({ state: 'IN_FLIGHT', cancel: byStop })
    expect(await settle()).toMatchObject({ ended: [{ ending: 'CANCELED' }] })
    expect(datazone.calls).toEqual(['Cancel run-1', 'Get run-1', 'Cancel run-1', 'Get run-1'])
  })
})

describe('P6: many cancels do not stop a domain from being followed', () => {
  const assetOf = (id: string) => ({ subject: { ...subject, assetId: id }, runId: `run-${id}` })
  const unwanted = (count: number) => Array.from({ length: count }, (_, n) => owed(assetOf(`c${n}`)))
  const wanted = inFlightRun({ ...assetOf('z'), startedAtMs: t0 - minute })

  const domain = (runs: readonly InFlightRun[], refusal: RefusalKind, callMs: number) => {
    const store = memoryRunStore(...runs)
    const clock = manualClock()
    const datazone = scriptedDataZone({
      getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' })),
      cancelRun: async () => {
        clock.advance(callMs)
        return refused(refusal)
      },
    })
    const tools = { store, clock, datazone, settings: defaults.sweeper }
    const settle = (deadlineMs = clock.now() + 47 * second) => settleRuns(runs, { ...tools, deadlineMs })
    const calls = (name: string) => datazone.calls.filter((call) => call.startsWith(name))
    return { settle, calls, clock }
  }

  test('of 300 that are refused, forty are asked in a sweep, after what is tracked, and all are looked at', async () => {
    const { settle, calls } = domain([...unwanted(300), wanted], 'DENIED', 200)
    expect((await settle()).ended).toHaveLength(301)
    expect(calls('Cancel')).toHaveLength(40)
    expect(calls('')[0]).toBe('Get run-z')
  })

  test.each(['THROTTLED', 'UNAVAILABLE'] as const)(
    'the first %s is the last, but for those under way',
    async (kind) => {
      const { settle, calls } = domain([...unwanted(300), wanted], kind, 15 * second)
      expect((await settle(t0 + 10 * minute)).ended).toHaveLength(301)
      expect(calls('Cancel')).toHaveLength(4)
    },
  )

  test('slow ones take half of the time that is left, and leave the rest to the Gets', async () => {
    const { settle, calls } = domain(unwanted(300), 'CONFLICT', 2 * second)
    expect((await settle(t0 + 40 * second)).ended).toHaveLength(300)
    expect(calls('Cancel').length).toBeGreaterThan(4)
    expect(calls('Cancel').length).toBeLessThan(15)
  })
})

describe('P9: past its deadline a run whose policy says so is cancelled before it is given up', () => {
  test('noted, cancelled, looked at once more, and then TIMED_OUT', async () => {
    const { settle, datazone, now } = sweeper(inFlightRun(overdue), canceling('IN_PROGRESS', 'IN_PROGRESS'))
    expect(await settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' }] })
    expect(datazone.calls).toEqual(['Get run-1', 'Cancel run-1', 'Get run-1'])
    expect(
      now()
        ?.history.slice(-3)
        .map(({ what }) => what),
    ).toEqual(['past its deadline, to be canceled', 'cancel accepted', 'TIMED_OUT'])
  })

  test('CANCELED by that is TIMED_OUT all the same', async () => {
    const { settle } = sweeper(inFlightRun(overdue), canceling('IN_PROGRESS', 'CANCELED'))
    expect(await settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT', nativeStatus: 'CANCELED' }] })
  })

  test('also when the sweep died after the cancel, and another one sees it', async () => {
    const noted = inFlightRun({ ...overdue, cancel: { requestedAtMs: t0 - minute } })
    const script = { ...canceling('CANCELED'), cancelRun: async () => refused('CONFLICT') }
    expect(await sweeper(noted, script).settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT' }] })
  })

  test('P5: an ending of its own wins', async () => {
    const { settle } = sweeper(inFlightRun(overdue), canceling('IN_PROGRESS', 'SUCCEEDED'))
    expect(await settle()).toMatchObject({ ended: [{ ending: 'SUCCEEDED' }] })
  })

  test('a failed cancel does not delay the ending and is reported', async () => {
    const script = { ...canceling('IN_PROGRESS', 'IN_PROGRESS'), cancelRun: async () => refused('DENIED') }
    expect(await sweeper(inFlightRun(overdue), script).settle()).toMatchObject({
      ended: [{ ending: 'TIMED_OUT' }],
      problems: ['cancel: AccessDeniedException'],
    })
  })

  test('one that DataZone throttles has not had its turn, for a whole day', async () => {
    const script = { ...canceling(), cancelRun: async () => refused('THROTTLED') }
    const getRun = async () => answered(serviceRun({ nativeStatus: 'IN_PROGRESS' }))
    const { settle, now, clock, datazone } = sweeper(inFlightRun(overdue), { ...script, getRun })
    expect((await settle()).ended).toEqual([])
    expect(datazone.calls).toEqual(['Get run-1', 'Cancel run-1'])
    clock.advance(24 * hour - 1)
    expect((await settle()).ended).toEqual([])
    clock.advance(1)
    expect((await settle()).ended).toMatchObject([{ ending: 'TIMED_OUT' }])
    expect(now()).toMatchObject({ state: 'ENDED', cancel: { requestedAtMs: t0 } })
  })

  test('it is never given up by an outage: nothing ends while Get does not answer', async () => {
    const answers = [answered(serviceRun({ nativeStatus: 'IN_PROGRESS' })), refused('UNAVAILABLE')]
    const script = { ...canceling(), getRun: async () => answers.shift() ?? refused('UNAVAILABLE') }
    const { settle, now } = sweeper(inFlightRun(overdue), script)
    expect(await settle()).toMatchObject({ ended: [] })
    await settle()
    expect(now()).toMatchObject({ state: 'IN_FLIGHT' })
  })

  test('nor before it was asked: one whose turn does not come goes on owing it', async () => {
    const runs = Array.from({ length: 50 }, (_, n) =>
      inFlightRun({
        ...overdue,
        runId: `run-${n}`,
        subject: { ...subject, assetId: `a${n}` },
        cancel: byStop,
      }),
    )
    const store = memoryRunStore(...runs)
    const datazone = scriptedDataZone({
      getRun: async (_, runId) => answered(serviceRun({ runId, nativeStatus: 'IN_PROGRESS' })),
      cancelRun: async () => refused('DENIED'),
    })
    const tools = {
      store,
      datazone,
      clock: manualClock(),
      settings: defaults.sweeper,
      deadlineMs: t0 + minute,
    }
    expect((await settleRuns(runs, tools)).ended).toHaveLength(40)
    const left = store.all().filter((run) => run.state === 'IN_FLIGHT')
    expect((await settleRuns(left, tools)).ended).toHaveLength(10)
  })

  test('not without the policy, and not a data source run, which DataZone cannot cancel', async () => {
    const without = sweeper(inFlightRun({ ...overdue, policy: {} }), canceling('IN_PROGRESS'))
    expect(await without.settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT' }] })
    const script: Partial<DataZone> = {
      getSourceRun: async () => answered(serviceRun({ nativeStatus: 'RUNNING', types: [] })),
    }
    const ofSource = sweeper(inFlightRun({ ...overdue, subject: sourceSubject }), script)
    expect(await ofSource.settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT' }] })
  })

  test('a hint only notes it: the observer may not cancel, and leaves the rest to the sweep', async () => {
    const run = inFlightRun(overdue)
    const { now, ...tools } = sweeper(run, canceling('IN_PROGRESS'))
    const hint = {
      domainId: 'dzd_orders',
      ids: ['run-1'],
      verdict: 'FAILED',
      name: 'Metadata Generation Failed',
    } as const
    const settings = defaults.observer
    await settleHints([hint], { ...tools, settings, deadlineMs: t0 + minute })
    expect(tools.datazone.calls).toEqual(['Get run-1'])
    expect(now()).toMatchObject({ state: 'IN_FLIGHT', cancel: { requestedAtMs: t0 } })
    await settleHints([hint], { ...tools, settings, deadlineMs: t0 + minute })
    expect(now()).toMatchObject({ state: 'IN_FLIGHT' })
  })
})
