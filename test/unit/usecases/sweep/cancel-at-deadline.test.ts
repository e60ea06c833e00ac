import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { settleHints } from '../../../../lib/usecases/observe/settle-hints.ts'
import { settleRuns } from '../../../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { inFlightRun, minute, sourceSubject, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../../../support/scripted-datazone.ts'
import { defaults } from '../../../support/starter-world.ts'
import { canceling, cancelSweeper, recordedCancel } from '../../../support/sweep-of-cancels.ts'

const hour = 60 * minute

const overdue = { startedAtMs: t0 - 5 * hour, policy: { cancelAtDeadline: true } } as const

describe('P9: a run past its deadline whose policy cancels it', () => {
  test('is noted, canceled, read once more, and then ends as TIMED_OUT', async () => {
    const { settle, datazone, currentRun } = cancelSweeper(
      inFlightRun(overdue),
      canceling('IN_PROGRESS', 'IN_PROGRESS'),
    )
    expect(await settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' }] })
    expect(datazone.calls).toEqual(['Get run-1', 'Cancel run-1', 'Get run-1'])
    expect(
      currentRun()
        ?.history.slice(-3)
        .map(({ what }) => what),
    ).toEqual(['past its deadline, to be canceled', 'cancel accepted', 'TIMED_OUT'])
  })

  test('ends as TIMED_OUT even when that cancel ended it as CANCELED', async () => {
    const { settle } = cancelSweeper(inFlightRun(overdue), canceling('IN_PROGRESS', 'CANCELED'))
    expect(await settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT', nativeStatus: 'CANCELED' }] })
  })

  test('ends as TIMED_OUT when a sweep crashed after the cancel and the next one reads the run', async () => {
    const noted = inFlightRun({ ...overdue, cancel: { requestedAtMs: t0 - minute } })
    const script = { ...canceling('CANCELED'), cancelRun: async () => refused('CONFLICT') }
    expect(await cancelSweeper(noted, script).settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT' }] })
  })

  test('P5: keeps the ending that DataZone reports', async () => {
    const { settle } = cancelSweeper(inFlightRun(overdue), canceling('IN_PROGRESS', 'SUCCEEDED'))
    expect(await settle()).toMatchObject({ ended: [{ ending: 'SUCCEEDED' }] })
  })

  test('is not delayed by a failed cancel, which is reported', async () => {
    const script = { ...canceling('IN_PROGRESS', 'IN_PROGRESS'), cancelRun: async () => refused('DENIED') }
    expect(await cancelSweeper(inFlightRun(overdue), script).settle()).toMatchObject({
      ended: [{ ending: 'TIMED_OUT' }],
      problems: ['cancel: AccessDeniedException'],
    })
  })

  test('stays in flight for a whole day while DataZone throttles its cancel', async () => {
    const script = { ...canceling(), cancelRun: async () => refused('THROTTLED') }
    const getRun = async () => answered(serviceRun({ nativeStatus: 'IN_PROGRESS' }))
    const { settle, currentRun, clock, datazone } = cancelSweeper(inFlightRun(overdue), { ...script, getRun })
    expect((await settle()).ended).toEqual([])
    expect(datazone.calls).toEqual(['Get run-1', 'Cancel run-1'])
    clock.advance(24 * hour - 1)
    expect((await settle()).ended).toEqual([])
    clock.advance(1)
    expect((await settle()).ended).toMatchObject([{ ending: 'TIMED_OUT' }])
    expect(currentRun()).toMatchObject({ state: 'ENDED', cancel: { requestedAtMs: t0 } })
  })

  test('stays in flight while Get does not answer', async () => {
    const answers = [answered(serviceRun({ nativeStatus: 'IN_PROGRESS' })), refused('UNAVAILABLE')]
    const script = { ...canceling(), getRun: async () => answers.shift() ?? refused('UNAVAILABLE') }
    const { settle, currentRun } = cancelSweeper(inFlightRun(overdue), script)
    expect(await settle()).toMatchObject({ ended: [] })
    await settle()
    expect(currentRun()).toMatchObject({ state: 'IN_FLIGHT' })
  })

  test('stays in flight, owing its cancel, until its turn comes', async () => {
    const runs = Array.from({ length: 50 }, (_, n) =>
      inFlightRun({
        ...overdue,
        runId: `run-${n}`,
        subject: { ...subject, assetId: `a${n}` },
        cancel: recordedCancel,
      }),
    )
    const store = memoryRunStore(...runs)
    const datazone = scriptedDataZone({
      getRun: async (_, runId) => answered(serviceRun({ runId, nativeStatus: 'IN_PROGRESS' })),
      cancelRun: async () => refused('DENIED'),
    })
    const context = {
      store,
      datazone,
      clock: manualClock(),
      settings: defaults.sweeper,
      deadlineMs: t0 + minute,
    }
    expect((await settleRuns(runs, context)).ended).toHaveLength(40)
    const left = store.all().filter((run) => run.state === 'IN_FLIGHT')
    expect((await settleRuns(left, context)).ended).toHaveLength(10)
  })

  test('is not canceled without the policy, or when it is a data source run, which DataZone cannot cancel', async () => {
    const without = cancelSweeper(inFlightRun({ ...overdue, policy: {} }), canceling('IN_PROGRESS'))
    expect(await without.settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT' }] })
    const script: Partial<DataZone> = {
      getSourceRun: async () => answered(serviceRun({ nativeStatus: 'RUNNING', types: [] })),
    }
    const ofSource = cancelSweeper(inFlightRun({ ...overdue, subject: sourceSubject }), script)
    expect(await ofSource.settle()).toMatchObject({ ended: [{ ending: 'TIMED_OUT' }] })
  })

  test('is only noted by a hint, because the observer may not cancel, and left to the sweep', async () => {
    const run = inFlightRun(overdue)
    const { currentRun, ...context } = cancelSweeper(run, canceling('IN_PROGRESS'))
    const hint = {
      domainId: 'dzd_orders',
      ids: ['run-1'],
      verdict: 'FAILED',
      name: 'Metadata Generation Failed',
    } as const
    const settings = defaults.observer
    await settleHints([hint], { ...context, settings, deadlineMs: t0 + minute })
    expect(context.datazone.calls).toEqual(['Get run-1'])
    expect(currentRun()).toMatchObject({ state: 'IN_FLIGHT', cancel: { requestedAtMs: t0 } })
    await settleHints([hint], { ...context, settings, deadlineMs: t0 + minute })
    expect(currentRun()).toMatchObject({ state: 'IN_FLIGHT' })
  })
})
