import { describe, expect, test } from 'vitest'
import type { Run } from '../../../../lib/run/run.ts'
import { assetEvent, cancelRequest, runRequest } from '../../../support/messages.ts'
import { denied } from '../../../support/open-breakers.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  second,
  sourceSubject,
  subject,
  t0,
} from '../../../support/runs.ts'
import { answered, refused, showingAsset, sourceRun } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

const { revision: _, ...unresolved } = subject
const event = { ...origin, requestKey: 'event:x' }
const waitingRequest = parkedRun({ subject: unresolved, request: event })
const shows = showingAsset('4')

type World = ReturnType<typeof starterWorld>

/** Makes another invocation write `theirs` just before the first write of the starter. */
const withRivalWrite = (world: World, ...theirs: readonly Run[]): World => {
  world.store.beforeWrite = () => {
    world.store.beforeWrite = () => {}
    world.store.put(...theirs)
  }
  return world
}

/** Makes another invocation change the record before each write of the starter. */
const withConstantChanges = (world: World): World => {
  world.store.beforeWrite = (run) => {
    const current = world.store.current(run)
    if (current !== undefined) world.store.put({ ...current, version: current.version + 1 })
  }
  return world
}

describe('P1: losing the race for a waiting request', () => {
  const regenerate = { ...waitingRequest, request: { ...event, regenerate: true } }
  const taken = { ...regenerate, version: 2 }

  test('returns a duplicate instead of a claim', async () => {
    const world = withRivalWrite(starterWorld({ runs: [regenerate], script: shows }), taken)
    expect(await world.outcomes(world.releaseMessageFor(regenerate))).toEqual(['duplicate'])
    expect([...world.datazone.starts, ...world.store.writes]).toEqual([])
  })

  test('returns a duplicate instead of parking the run behind another', async () => {
    const active = inFlightRun({ subject: { ...subject, revision: '3' } })
    const world = withRivalWrite(starterWorld({ runs: [regenerate, active], script: shows }), taken)
    expect(await world.outcomes(world.releaseMessageFor(regenerate))).toEqual(['duplicate'])
    expect(world.store.writes).toEqual([])
  })

  test.each([
    [
      'the repeat guard',
      { request: { ...event, trigger: 'PUBLISHED' as const }, policy: { repeatGuardMs: minute } },
    ],
    ['the policy', {}],
  ] as const)(
    'returns a duplicate instead of the skip by %s, and skips the request on its next release',
    async (_name, over) => {
      const waiting = parkedRun({ subject: unresolved, ...over })
      const world = starterWorld({
        runs: [waiting, endedRun({ subject: { ...subject, revision: '3' } })],
        script: shows,
        settings: {
          policy: {
            triggers: ['PUBLISHED' as const],
            caps: [],
            rules:
              'policy' in over
                ? [{ match: {}, verdict: { kind: 'run', policy: over.policy } }]
                : [{ match: { name: '*' }, verdict: { kind: 'skip', because: 'not wanted' } }],
          },
        },
      })
      const { dropRequest } = world.store
      world.store.dropRequest = async (request) => {
        world.store.put({ ...request, version: request.version + 7 })
        return dropRequest(request)
      }
      expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['duplicate'])
      world.store.dropRequest = dropRequest
      expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['skipped'])
    },
  )

  test('returns a duplicate instead of parking the request again', async () => {
    const denied = { getAsset: async () => refused('DENIED') }
    const world = withRivalWrite(starterWorld({ runs: [waitingRequest], script: denied }), {
      ...waitingRequest,
      version: 2,
    })
    expect(await world.outcomes(world.releaseMessageFor(waitingRequest))).toEqual(['duplicate'])
    expect(world.store.writes).toEqual([])
  })

  test('returns a duplicate instead of a rejection', async () => {
    const invalid = { getAsset: async () => refused('INVALID') }
    const world = withRivalWrite(starterWorld({ runs: [waitingRequest], script: invalid }), {
      ...waitingRequest,
      version: 2,
    })
    expect(await world.outcomes(world.releaseMessageFor(waitingRequest))).toEqual(['duplicate'])
    expect(world.bus.events).toEqual([])
  })
})

test('P1: notes the loser of a race on the run', async () => {
  const theirs = claimedRun({ request: { ...origin, requestKey: 'request:b' } })
  const world = withRivalWrite(starterWorld(), theirs)
  expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
  expect(world.store.current(theirs)).toMatchObject({
    request: { requestKey: 'request:b' },
    alsoRequestedBy: [{ requestKey: 'request:nightly-1' }],
  })
  expect(world.datazone.calls).toEqual([])
})

test('P1: leaves the second set of types to another request that made it meanwhile', async () => {
  const terms = { ...subject, types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] } as const
  const theirs = parkedRun({ subject: terms, request: { ...origin, requestKey: 'request:b' } })
  const world = withRivalWrite(starterWorld(), theirs)
  const all = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', ...terms.types] as const
  expect(await world.outcomes(runRequest({ types: [...all] }))).toEqual(['started', 'duplicate'])
  expect(world.store.current(theirs)).toMatchObject({ ...theirs, version: 2 })
})

test('P1: does not park a claim whose lease another starter took during the wait for a slot', async () => {
  const theirs = claimedRun({ version: 3, startSent: { firstAtMs: t0 + second, lastAtMs: t0 + minute } })
  const world = starterWorld({ slotInMs: 26 * second })
  world.store.beforeWrite = (run) => {
    if (run.state === 'PARKED') world.store.put(theirs)
  }
  expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
  expect(world.store.all()).toEqual([theirs])
})

describe('a parked record that is about to end', () => {
  const toCancel = parkedRun({ cancel: { requestedAtMs: t0, requestId: 'stop-1' } })
  // It has waited too long, and an open breaker blocks its last try.
  const old = parkedRun({ createdAtMs: t0 - 36 * 24 * 60 * minute })
  const breakers = [denied]

  test.each([
    ['canceled', toCancel, 'canceled'],
    ['rejected', old, 'rejected'],
  ] as const)('is %s even when a duplicate was noted meanwhile', async (_name, run, outcome) => {
    const noted = { ...run, releasedAtMs: t0, alsoRequestedBy: [{ requestKey: 'request:b' }], version: 2 }
    const world = withRivalWrite(starterWorld({ runs: [run], breakers }), noted)
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual([outcome])
    expect(world.store.all()).toMatchObject([
      { state: 'ENDED', alsoRequestedBy: [{ requestKey: 'request:b' }] },
    ])
  })

  test.each([
    ['was parked again', { retryAtMs: t0 + 9 * minute }],
    ['was claimed', { state: 'CLAIMED' }],
  ])('stays unchanged and unannounced once it %s', async (_name, over) => {
    for (const run of [toCancel, old]) {
      const world = starterWorld({ runs: [run], breakers })
      const release = world.releaseMessageFor(run)
      const moved =
        'state' in over
          ? claimedRun({ createdAtMs: run.createdAtMs, version: 2 })
          : parkedRun({ ...run, ...over, version: 2 })
      withRivalWrite(world, moved)
      expect(await world.outcomes(release)).toEqual(['duplicate'])
      expect(world.store.all()).toEqual([moved])
      expect(world.bus.events).toEqual([])
    }
  })
})

test('leaves a paused run unchanged when another invocation has changed it meanwhile', async () => {
  const run = parkedRun()
  const world = starterWorld({ runs: [run] })
  world.pauses.add('project-1')
  const release = world.releaseMessageFor(run)
  withRivalWrite(world, { ...run, version: 2 })
  expect(await world.outcomes(release)).toEqual(['duplicate'])
  expect(world.store.writes).toEqual([])
})

test('P1: looks up an earlier Start behind a full cap only under a lease', async () => {
  const earlierStart = { firstAtMs: t0 - 30 * minute, lastAtMs: t0 - 29 * minute }
  const run = parkedRun({ createdAtMs: t0 - 31 * minute, earlierStart })
  const world = starterWorld({
    runs: [run],
    settings: { policy: { ...defaults.starter.policy, caps: [{ name: 'none', perDay: 0 }] } },
  })
  const release = world.releaseMessageFor(run)
  const { claim } = world.store
  let claims = 0
  world.store.claim = async (next, terms) => {
    claims += 1
    if (claims === 2) world.store.put({ ...run, version: 2 })
    return claim(next, terms)
  }
  expect(await world.outcomes(release)).toEqual(['duplicate'])
  expect(claims).toBe(2)
  expect(world.datazone.calls).toEqual([])
})

describe('a data source run', () => {
  const waiting = parkedRun({ subject: sourceSubject })

  test('P1: is retried when it meets another claim of the source', async () => {
    const world = starterWorld({ runs: [waiting] })
    const { claim } = world.store
    world.store.claim = async (next, terms = {}) => {
      const rival = claimedRun({ subject: { ...sourceSubject, triggerKey: 'load-2' }, version: 0 })
      await claim(rival, { claimCount: terms.claimCount })
      return claim(next, terms)
    }
    expect(await world.handle(world.releaseMessageFor(waiting))).toEqual([
      { outcome: 'retry', afterSeconds: 1, reason: 'SOURCE_CLAIMED' },
    ])
    expect(world.datazone.calls).toEqual([])
  })

  test('P1: has its run id recorded even when the sweep or a hint wrote in between', async () => {
    const world = starterWorld({
      runs: [waiting],
      script: {
        startSourceRun: async () => {
          world.store.beforeWrite = (run) => {
            world.store.beforeWrite = () => {}
            const current = world.store.current(run)
            if (current !== undefined) world.store.put({ ...current, version: 9 })
          }
          return answered(sourceRun())
        },
      },
    })
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', runId: 'source-run-1', version: 10 }])
  })
})

test('P2: retries a cancel while its record changes with every try', async () => {
  const world = withConstantChanges(starterWorld({ runs: [parkedRun()], sentAtMs: t0 - 31 * second }))
  expect(await world.handle(cancelRequest())).toEqual([
    { outcome: 'retry', afterSeconds: 1, reason: 'RECORD_CHANGED' },
  ])
  expect(world.store.writes).toEqual([])
})

test('P2: returns a duplicate for a publish that loses the race to be parked under its key', async () => {
  const world = starterWorld({ script: { getAsset: async () => refused('DENIED') } })
  const filed = parkedRun({
    subject: unresolved,
    request: { ...origin, requestKey: `event:${assetEvent().id}` },
  })
  withRivalWrite(world, filed)
  expect(await world.outcomes(assetEvent())).toEqual(['duplicate'])
  expect(world.store.all()).toEqual([filed])
})
