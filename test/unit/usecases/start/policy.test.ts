import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../../lib/contracts/policy-file.ts'
import type { Asset } from '../../../../lib/ports/datazone.ts'
import type { Policy } from '../../../../lib/run/policy.ts'
import { storeDown } from '../../../support/memory-run-store.ts'
import { assetEvent, runRequest } from '../../../support/messages.ts'
import { minute } from '../../../support/runs.ts'
import { refused, showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

/** Returns the policy that `config/policy.json` would contain with these rules. */
const policyOf = (...rules: readonly object[]): Policy => {
  const parsed = parsePolicy({ version: 1, rules })
  if (!parsed.ok) throw new Error(parsed.problems.join('; '))
  return parsed.value
}
const shows = (over?: Partial<Asset>) => showingAsset('7', over)
const both = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES']
const all = [...both, 'BUSINESS_GLOSSARY_ASSOCIATIONS']
const noStaging = policyOf({ match: { name: 'stg_*' }, skip: 'staging' }, { match: {}, run: { types: both } })

describe('an asset that the policy skips', () => {
  test('P2: is skipped with the reason, without a call, a record or a copy', async () => {
    const policy = policyOf({ match: { project: 'project-1' }, skip: 'not ready' }, { match: {}, run: {} })
    const world = starterWorld({ settings: { policy } })
    expect(await world.handle(runRequest())).toEqual([
      { outcome: 'skipped', reason: 'POLICY', rule: 0, because: 'not ready' },
    ])
    expect([...world.datazone.calls, ...world.store.writes, ...world.queue.copies]).toEqual([])
  })

  test.each([
    ['skips', 'project-2', 'project-1'],
    ['runs', 'project-1', 'project-2'],
  ])('%s an event of project %s by the project that GetAsset shows, %s', async (verdict, named, owner) => {
    const policy = policyOf({ match: { project: 'project-1' }, skip: 'not ready' }, { match: {}, run: {} })
    const world = starterWorld({ settings: { policy }, script: shows({ owningProjectId: owner }) })
    const event = assetEvent()
    const metadata = { ...event.detail.metadata, owningProjectId: named }
    expect(await world.outcomes({ ...event, detail: { ...event.detail, metadata } })).toEqual([
      verdict === 'skips' ? 'skipped' : 'started',
    ])
    expect(world.datazone.calls[0]).toBe('GetAsset asset-1')
    expect(world.datazone.starts.map(({ projectId }) => projectId)).toEqual(
      verdict === 'skips' ? [] : [owner],
    )
  })

  test('P2: is skipped when no rule matches', async () => {
    const policy = policyOf({ match: { domain: 'dzd_other' }, run: {} })
    const world = starterWorld({ settings: { policy } })
    expect(await world.handle(runRequest())).toEqual([{ outcome: 'skipped', reason: 'NO_RULE' }])
  })

  test('is skipped by its name after one GetAsset, also for a request that names its revision', async () => {
    const world = starterWorld({ settings: { policy: noStaging }, script: shows({ name: 'stg_orders' }) })
    expect(await world.handle(runRequest())).toMatchObject([{ outcome: 'skipped', reason: 'POLICY' }])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1'])
  })

  test('P2: leaves no record when it had to wait for GetAsset', async () => {
    let denied = true
    const world = starterWorld({
      settings: { policy: noStaging },
      script: { getAsset: async () => (denied ? refused('DENIED') : shows({ name: 'stg_a' }).getAsset()) },
    })
    expect(await world.outcomes(runRequest())).toEqual(['parked'])
    const [waiting] = world.store.all()
    if (waiting === undefined) throw new Error('expected a waiting request')
    denied = false
    world.clock.advance(minute)
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['skipped'])
    expect(world.store.all()).toEqual([])
  })
})

describe('an asset that a rule on its name matches', () => {
  test('is run at the revision that the request names, which may not be the latest', async () => {
    const world = starterWorld({ settings: { policy: noStaging }, script: shows() })
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1', 'Start 4'])
  })

  test('P2: is run after it had to wait for GetAsset', async () => {
    let denied = true
    const world = starterWorld({
      settings: { policy: noStaging },
      script: { getAsset: async () => (denied ? refused('DENIED') : shows().getAsset()) },
    })
    await world.handle(runRequest())
    const [waiting] = world.store.all()
    if (waiting === undefined) throw new Error('expected a waiting request')
    denied = false
    world.clock.advance(minute)
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', subject: { revision: '4' } }])
  })

  test('P1: is a duplicate before any call when its event is redelivered', async () => {
    const world = starterWorld({ settings: { policy: noStaging }, script: shows() })
    await world.handle(assetEvent())
    world.datazone.calls.length = 0
    expect(await world.outcomes(assetEvent(), 2)).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })
})

describe('a run under the policy', () => {
  const policy = policyOf({ match: {}, run: { types: all } })

  test('takes the types of the request, or else of the rule', async () => {
    const world = starterWorld({ settings: { policy }, script: shows() })
    expect(await world.outcomes(assetEvent())).toEqual(['started', 'parked'])
    const named = starterWorld({ settings: { policy } })
    await named.handle(runRequest())
    expect(named.datazone.starts.map(({ types }) => types)).toEqual([['BUSINESS_DESCRIPTIONS']])
  })

  test('P2: keeps the types of the first decision after a crash between two runs, even when the policy has changed', async () => {
    const settings = { policy }
    const world = starterWorld({ settings, script: shows() })
    world.store.beforeWrite = (run) => {
      if (run.state === 'CLAIMED') throw storeDown()
    }
    await expect(world.handle(assetEvent())).rejects.toThrow()
    world.store.beforeWrite = () => {}
    settings.policy = policyOf({ match: {}, skip: 'changed' })
    expect(await world.outcomes(assetEvent(), 2)).toEqual(['started'])
    expect(world.store.all().map((run) => run.state)).toEqual(['IN_FLIGHT', 'PARKED'])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1', 'Start 7'])
  })
})

test('keeps the settings of the rule in its record', async () => {
  const policy = policyOf({
    match: {},
    run: {
      deadlineMinutes: 20,
      announceStarted: false,
      retry: { attempts: 2, delayMinutes: 5 },
      repeatGuardDays: 0,
    },
  })
  const world = starterWorld({ settings: { policy } })
  await world.handle(runRequest())
  expect(world.store.all()).toMatchObject([
    {
      state: 'IN_FLIGHT',
      policy: {
        deadlineMs: 20 * minute,
        announceStarted: false,
        retry: { attempts: 2, delayMs: 5 * minute },
      },
    },
  ])
})
