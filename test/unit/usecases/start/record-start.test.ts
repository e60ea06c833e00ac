import { describe, expect, test } from 'vitest'
import { startedEvent } from '../../../../lib/contracts/run-event.ts'
import { runRequest } from '../../../support/messages.ts'
import { endedRun, inFlightRun, minute, parkedRun, rejectedRun, t0 } from '../../../support/runs.ts'
import { answered, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('the run id', () => {
  test('P1: is recorded even when the sweep or a hint wrote in between', async () => {
    const world = starterWorld()
    world.store.beforeWrite = (run) => {
      if (run.state !== 'IN_FLIGHT') return
      const current = world.store.current(run)
      if (current !== undefined && current.version < 3)
        world.store.put({ ...current, version: current.version + 1 })
    }
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', runId: 'run-1', version: 4 }])
  })

  test('P1: is recorded on a record that the sweep has released meanwhile', async () => {
    const world = starterWorld({
      script: {
        startRun: async () => {
          world.store.put(parkedRun({ version: 2, reason: 'LEASE_EXPIRED', createdAtMs: t0 }))
          return answered(serviceRun())
        },
      },
    })
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', runId: 'run-1' }])
  })

  test('makes the request a duplicate when another invocation recorded the same run id', async () => {
    const world = starterWorld({
      script: {
        startRun: async () => {
          world.store.put(inFlightRun({ version: 2 }))
          return answered(serviceRun())
        },
      },
    })
    expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
    expect(world.store.all()).toEqual([inFlightRun({ version: 2 })])
  })

  test.each([
    ['in flight', inFlightRun({ version: 2 })],
    ['ended', endedRun({ version: 2 })],
    ['rejected', rejectedRun({ version: 2 })],
  ])(
    'P1: raises an alarm, and is noted in the history, when it differs from the id of a run that is %s',
    async (_name, recorded) => {
      const world = starterWorld({
        script: {
          startRun: async () => {
            world.store.put(recorded)
            return answered(serviceRun({ runId: 'run-2' }))
          },
        },
      })
      expect(await world.handle(runRequest())).toMatchObject([{ outcome: 'duplicate-run', runId: 'run-2' }])
      const [kept] = world.store.all()
      expect(kept).toMatchObject({ state: recorded.state, version: 3 })
      expect(kept?.history.at(-1)?.what).toContain('run-2')
    },
  )

  test('P2: returns the message while the table is down, and leaves the claim to the sweep', async () => {
    const world = starterWorld()
    world.store.beforeWrite = (run) => {
      if (run.state === 'IN_FLIGHT') throw new Error('the table is down')
    }
    await expect(world.handle(runRequest())).rejects.toThrow('down')
    expect(world.store.all()).toMatchObject([{ state: 'CLAIMED', startSent: { firstAtMs: t0 } }])
    expect(await world.outcomes(runRequest(), 2)).toEqual(['duplicate'])
  })

  test('P2: returns the message while the record changes with every try', async () => {
    const world = starterWorld()
    world.store.beforeWrite = (run) => {
      const current = world.store.current(run)
      if (run.state === 'IN_FLIGHT' && current !== undefined) {
        world.store.put({ ...current, version: current.version + 1 })
      }
    }
    await expect(world.handle(runRequest())).rejects.toThrow('table is unavailable')
  })

  test("dates a Start that DataZone's clock puts in the future to now", async () => {
    const world = starterWorld({
      script: { startRun: async () => answered(serviceRun({ createdAtMs: t0 + minute })) },
    })
    const [outcome] = await world.handle(runRequest())
    expect(outcome).toMatchObject({ run: { startedAtMs: t0 } })
    if (outcome?.outcome === 'started') expect(startedEvent(outcome.run).timeMs).toBe(t0)
  })
})
