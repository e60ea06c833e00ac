import { describe, expect, test } from 'vitest'
import type { Run } from '../../../../lib/run/run.ts'
import { assetEvent } from '../../../support/messages.ts'
import { claimedRun, inFlightRun, minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const withdrawn = { ...assetEvent(), 'detail-type': 'Asset Unpublished', time: '2026-11-20T02:14:00Z' }
const { revision: _, ...unresolved } = subject
const earlierStart = { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute }

/** Returns a world whose event was sent at t0. A minute later, the starter handles the event without checking again. */
const world = (...runs: readonly Run[]) => starterWorld({ runs, sentAtMs: t0 })

describe('an Asset Unpublished event', () => {
  test.each([
    ['a parked run', parkedRun()],
    ['a request whose revision is not known', parkedRun({ subject: unresolved })],
  ])('cancels %s', async (_name, waiting) => {
    const { handle, store, clock } = world(waiting)
    clock.advance(minute)
    expect(await handle(withdrawn)).toMatchObject([{ outcome: 'canceled' }])
    expect(store.all()).toMatchObject([{ ending: 'CANCELED', cancel: { requestId: withdrawn.id } }])
  })

  test.each([
    ['a run in flight', inFlightRun()],
    ['a run that may have started', parkedRun({ earlierStart })],
    ['a claimed run', claimedRun({ leaseEndsAtMs: t0 + 10 * minute })],
  ])('leaves %s unchanged, without a rejection', async (_name, run) => {
    const { outcomes, store, bus, clock } = world(run)
    clock.advance(minute)
    expect(await outcomes(withdrawn)).toEqual(['nothing-to-cancel'])
    expect(store.all()).toEqual([run])
    expect(bus.events).toEqual([])
  })

  test('leaves a request that was made after the event unchanged', async () => {
    const later = { requestKey: 'event:2', lane: 'live', requestedAtMs: t0 + 1, regenerate: false } as const
    const run = parkedRun({ request: later })
    const { outcomes, store, clock } = world(run)
    clock.advance(minute)
    expect(await outcomes(withdrawn)).toEqual(['nothing-to-cancel'])
    expect(store.all()).toEqual([run])
  })
})
