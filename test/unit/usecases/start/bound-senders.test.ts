import { describe, expect, test } from 'vitest'
import type { SenderRule } from '../../../../lib/run/senders.ts'
import { assetEvent, cancelRequest, runRequest } from '../../../support/messages.ts'
import { parkedRun } from '../../../support/runs.ts'
import { showingAsset } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

type World = Parameters<typeof starterWorld>[0] & {}

const bound = (senders: readonly SenderRule[], options: World = {}) =>
  starterWorld({ ...options, settings: { policy: { ...defaults.starter.policy, senders } } })

const onBus = (detail: object, name = 'Run Requested') => ({
  version: '0',
  id: 'envelope-1',
  source: 'load',
  account: '444455556666',
  'detail-type': name,
  detail,
})

const load = { principal: 'AROALOAD:*', allowedProjects: ['project-2'] }
const other = { account: '444455556666', allowedProjects: ['project-1'] }

describe('a sender that the policy binds to projects', () => {
  test('gets a Rejected event for another project, and makes no record', async () => {
    const world = bound([load], { senderId: 'AROALOAD:nightly' })
    expect(await world.outcomes(runRequest())).toEqual(['rejected'])
    expect(world.store.all()).toEqual([])
    expect(world.datazone.calls).toEqual([])
    expect(world.bus.events).toMatchObject([
      {
        detailType: 'Metadata Generation Run Rejected',
        detail: {
          metadata: { causationId: 'nightly-1' },
          data: {
            asset: { id: 'asset-1' },
            error: {
              name: 'ProjectNotAllowed',
              message: expect.stringMatching(/^projectId: senders\[0\] of the policy does not allow/),
            },
          },
        },
      },
    ])
    expect(world.queue.copies).toHaveLength(1)
  })

  test('starts runs of its own projects', async () => {
    const world = bound([load], { senderId: 'AROALOAD:nightly' })
    expect(await world.outcomes(runRequest({ projectId: 'project-2' }))).toEqual(['started'])
  })

  test('leaves the request id free for an allowed sender', async () => {
    const world = bound([load, other], { senderId: 'AROALOAD:nightly' })
    await world.handle(runRequest())
    const allowed = bound([other])
    expect(await allowed.outcomes(onBus(runRequest()))).toEqual(['started'])
  })

  test('is recognized by the account of an event on the run bus', async () => {
    const world = bound([other])
    expect(await world.outcomes(onBus(runRequest({ projectId: 'project-2' })))).toEqual(['rejected'])
    expect(await world.outcomes(onBus(runRequest()))).toEqual(['started'])
  })

  test('stays bound when it forges the envelope of another account', async () => {
    const world = bound([load, other], { senderId: 'AROALOAD:nightly' })
    expect(await world.outcomes(onBus(runRequest()))).toEqual(['rejected'])
  })

  test('gets a Rejected event for a forged DataZone event', async () => {
    const world = bound([load], { senderId: 'AROALOAD:nightly' })
    expect(await world.outcomes(assetEvent())).toEqual(['rejected'])
    expect(world.bus.events[0]?.detail.data.error?.message).toMatch(/^detail-type: senders\[0\]/)
  })

  test('cancels nothing of another project', async () => {
    const run = parkedRun()
    const world = bound([load], { senderId: 'AROALOAD:nightly', runs: [run] })
    expect(await world.outcomes(cancelRequest())).toEqual(['rejected'])
    expect(world.store.all()).toEqual([run])
  })

  test('does not affect the events of DataZone', async () => {
    const world = bound([load, other], {
      senderId: 'AIDAEVENTBRIDGE',
      script: showingAsset('4'),
    })
    expect(await world.outcomes(assetEvent())).toEqual(['started'])
  })
})
