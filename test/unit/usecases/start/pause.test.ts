import { describe, expect, test } from 'vitest'
import { assetEvent, runRequest, sourceRunRequest } from '../../../support/messages.ts'
import { minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const shows = showingAsset('4')

const sourceRequest = sourceRunRequest()

describe.each(['dzd_orders', 'project-1'])('while %s is paused', (scope) => {
  test.each([
    ['a request that names its revision', runRequest()],
    ['a publish', assetEvent()],
    ['a request for a data source run', sourceRequest],
  ])('P2: parks %s, without a call, and continues when work is resumed', async (_, message) => {
    const world = starterWorld({ script: shows })
    world.pauses.add(scope)
    expect(await world.handle(message)).toMatchObject([
      {
        outcome: 'parked',
        run: {
          reason: 'PAUSED',
          retryAtMs: t0 + minute,
          error: { name: 'Paused', message: 'paused by an operator: for a test' },
        },
      },
    ])
    expect(world.datazone.calls).toEqual([])
    const [waiting] = world.store.all()
    if (waiting === undefined) throw new Error('expected a waiting request')
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['parked'])
    world.pauses.clear()
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
  })

  test('parks again a record that waited for another reason', async () => {
    const waiting = parkedRun({ reason: 'DENIED' })
    const world = starterWorld({ runs: [waiting] })
    world.pauses.add(scope)
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      { outcome: 'parked', run: { reason: 'PAUSED' } },
    ])
  })
})

test('parks a publish under the paused project that its event names, then starts it in the one that owns the asset', async () => {
  const world = starterWorld({ script: showingAsset('4', { owningProjectId: 'project-2' }) })
  world.pauses.add('project-1')
  expect(await world.outcomes(assetEvent())).toEqual(['parked'])
  expect(world.datazone.calls).toEqual([])
  const [waiting] = world.store.all()
  if (waiting === undefined) throw new Error('expected a waiting request')
  world.pauses.clear()
  expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
    { outcome: 'started', run: { projectId: 'project-2' } },
  ])
})

test('P9: parks a request that has waited too long, because a pause does not count', async () => {
  const { revision: _, ...unresolved } = subject
  for (const about of [subject, unresolved]) {
    const createdAtMs = t0 - 36 * 24 * 60 * minute
    const waiting = parkedRun({ reason: 'PAUSED', createdAtMs, subject: about })
    const world = starterWorld({ runs: [waiting] })
    world.pauses.add('project-1')
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['parked'])
    expect(world.datazone.calls).toEqual([])
  }
})
