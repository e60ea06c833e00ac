import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../../../lib/errors.ts'
import { runKey } from '../../../../lib/run/identity.ts'
import { assetEvent, runRequest, sourceRunRequest, threeTypes } from '../../../support/messages.ts'
import {
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  plannedRun,
  sourceSubject,
  subject,
  t0,
} from '../../../support/runs.ts'
import { refused, showingAsset } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

describe('acceptRequest', () => {
  test('claims, starts and records a request that names its revision, with no other call', async () => {
    const world = starterWorld()
    expect(await world.handle(runRequest())).toMatchObject([
      {
        outcome: 'started',
        adopted: false,
        run: { runId: 'run-1', state: 'IN_FLIGHT', projectId: 'project-1' },
      },
    ])
    expect(world.store.all()[0]?.history.map(({ what }) => what)).toEqual(['claimed', 'started as run-1'])
    expect(world.datazone.calls).toEqual(['Start 4'])
    expect(world.store.writes).toEqual([
      'claim RUN#4#BUSINESS_DESCRIPTIONS#0001',
      'save IN_FLIGHT RUN#4#BUSINESS_DESCRIPTIONS#0001',
    ])
    expect(world.datazone.starts).toMatchObject([
      {
        domainId: 'dzd_orders',
        projectId: 'project-1',
        assetId: 'asset-1',
        revision: '4',
        types: ['BUSINESS_DESCRIPTIONS'],
        clientToken: expect.stringMatching(/^dzrun-asset-1-1-/),
      },
    ])
  })

  test('reads the revision of a request that names none with GetAsset', async () => {
    const world = starterWorld({ script: showingAsset('7') })
    expect(await world.handle(assetEvent())).toMatchObject([
      { outcome: 'started', run: { subject: { revision: '7', types: ['BUSINESS_DESCRIPTIONS'] } } },
    ])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1', 'Start 7'])
  })

  test('notes a repeat under another key on the run it requests, and on no other run of the asset', async () => {
    const older = endedRun({ subject: { ...subject, revision: '3' }, runId: 'run-3' })
    const world = starterWorld({ runs: [older, inFlightRun()] })
    expect(await world.outcomes(runRequest({ requestId: 'b' }))).toEqual(['duplicate'])
    expect(world.store.all()).toMatchObject([
      { runId: 'run-3' },
      { alsoRequestedBy: [{ requestKey: 'request:b' }] },
    ])
    expect(world.store.current(older)).toEqual(older)
  })

  test('P1: continues an event without a project after a crash between its sets of types', async () => {
    const event = assetEvent()
    const { owningProjectId: _, ...metadata } = event.detail.metadata
    const message = { ...event, detail: { ...event.detail, metadata } }
    const script = showingAsset('4', { tables: [{ name: 'orders', columns: [] }] })
    const world = starterWorld({ script, settings: { defaultTypes: threeTypes } })
    // The second set of types is written first; the crash comes before the claim of the first.
    world.store.claim = async () => {
      throw new PortUnavailable('table', new Error('crash'))
    }
    await expect(world.outcomes(message)).rejects.toThrow(PortUnavailable)
    expect(world.store.all()).toMatchObject([{ state: 'PARKED', projectId: 'project-1' }])
    const again = starterWorld({ runs: world.store.all(), settings: { defaultTypes: threeTypes } })
    expect(await again.outcomes(message, 2)).toEqual(['started'])
    expect(again.datazone.starts).toMatchObject([{ projectId: 'project-1', revision: '4' }])
    const fingerprint = world.store.all()[0]?.fingerprint
    expect(fingerprint).toBeDefined()
    expect(again.store.all().find(({ state }) => state === 'IN_FLIGHT')).toMatchObject({
      assetName: 'orders',
      fingerprint,
    })
  })

  test('recognizes a repeat of a request that names its revision and waits for GetAsset', async () => {
    const policy = {
      triggers: ['PUBLISHED' as const],
      caps: [],
      rules: [{ match: { name: '*' }, verdict: { kind: 'run' as const, policy: {} } }],
    }
    const script = { getAsset: async () => refused('NOT_FOUND') }
    const world = starterWorld({ script, settings: { policy } })
    expect(await world.outcomes(runRequest())).toEqual(['parked'])
    expect(world.store.all()[0]?.subject).not.toHaveProperty('revision')
    world.datazone.calls.length = 0
    expect(await world.outcomes(runRequest(), 2)).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test('dates a request no later than now, whatever the clocks of its sender and of the queue say', async () => {
    const requestedAtMs = async (over: object, sentAtMs: number) => {
      const world = starterWorld({ sentAtMs })
      await world.handle(runRequest(over))
      return world.store.all()[0]?.request.requestedAtMs
    }
    expect(await requestedAtMs({}, t0 + minute)).toBe(t0)
    expect(await requestedAtMs({}, t0 - minute)).toBe(t0 - minute)
    const ahead = { requestedAt: new Date(t0 + minute).toISOString() }
    expect(await requestedAtMs(ahead, t0 - minute)).toBe(t0 - minute)
  })

  test('P2: rejects a request for an asset of another project, with an event and a copy', async () => {
    const world = starterWorld({ script: showingAsset('7', { owningProjectId: 'project-2' }) })
    const { revision: _, ...asset } = runRequest().asset
    expect(await world.handle(runRequest({ asset }))).toMatchObject([{ outcome: 'rejected' }])
    expect(world.bus.events).toMatchObject([{ detail: { data: { error: { name: 'WrongProject' } } } }])
    expect(world.queue.copies).toMatchObject([
      { reasons: [expect.stringMatching(/^WrongProject: projectId: /)] },
    ])
    expect(world.store.all()).toMatchObject([{ state: 'ENDED', ending: 'REJECTED', announcedAtMs: t0 }])
  })

  test.each([
    ['wrong', { owningProjectId: 'project-1' }],
    ['missing', {}],
    ['malformed', { owningProjectId: 'a b' }],
  ])('takes the project from GetAsset when the project of a DataZone event is %s', async (_, metadata) => {
    const world = starterWorld({ script: showingAsset('7', { owningProjectId: 'project-2' }) })
    const detail = { metadata: { domain: 'dzd_orders', ...metadata }, data: { assetId: 'asset-1' } }
    expect(await world.outcomes({ ...assetEvent(), detail })).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', projectId: 'project-2' }])
    expect(world.bus.events).toEqual([])
  })

  test('waits for GetAsset without a project when a DataZone event names none', async () => {
    const world = starterWorld({ script: { getAsset: async () => refused('DENIED') } })
    const detail = { metadata: { domain: 'dzd_orders' }, data: { assetId: 'asset-1' } }
    expect(await world.outcomes({ ...assetEvent(), detail })).toEqual(['parked'])
    const [waiting] = world.store.all()
    expect(waiting).toMatchObject({ state: 'PARKED', reason: 'DENIED', projectId: '' })
  })

  test('ignores a DataZone event that it cannot read, without a Rejected event', async () => {
    const world = starterWorld()
    const outcomes = await world.handle({ ...assetEvent(), detail: { metadata: {}, data: {} } })
    expect(outcomes).toMatchObject([{ outcome: 'skipped', reason: 'UNREADABLE_EVENT' }])
    expect([world.bus.events, world.queue.copies, world.store.all()]).toEqual([[], [], []])
  })

  test('skips an event that the policy does not take as a trigger', async () => {
    const world = starterWorld({ script: showingAsset('7') })
    const changed = { ...assetEvent(), 'detail-type': 'Asset Schema Changed' }
    expect(await world.handle(changed)).toEqual([{ outcome: 'skipped', reason: 'NO_TRIGGER' }])
    const policy = { ...defaults.starter.policy, triggers: ['SCHEMA_CHANGED' as const] }
    const triggered = starterWorld({ script: showingAsset('7'), settings: { policy } })
    expect(await triggered.outcomes(changed)).toEqual(['started'])
  })

  test('P2: accepts the copy of a rejected request once the cause is fixed', async () => {
    const world = starterWorld({ script: showingAsset('7', { owningProjectId: 'project-2' }) })
    await world.handle(runRequest({ asset: { id: 'asset-1' }, correlationId: 'load-7' }))
    const again = starterWorld({ script: showingAsset('7') })
    const body = world.queue.copies[0]?.body ?? ''
    expect(JSON.parse(body)).toMatchObject({ requestId: 'nightly-1', correlationId: 'load-7' })
    expect(await again.outcomes(body)).toEqual(['started'])
  })

  test('P2: rejects a request so old that its record may have expired, but not a younger one', async () => {
    const day = 24 * 60 * minute
    const from = (days: number) => runRequest({ requestedAt: new Date(t0 - days * day).toISOString() })
    const world = starterWorld()
    expect(await world.outcomes(from(154))).toEqual(['rejected'])
    expect(world.datazone.calls).toEqual([])
    expect(await starterWorld().outcomes(from(defaults.starter.maxRequestAgeMs / day))).toEqual(['started'])
    const known = starterWorld({ runs: [inFlightRun()] })
    expect(await known.outcomes(from(154))).toEqual(['duplicate'])
  })

  test('P8: returns a request to the queue when the asset has a record of a newer version', async () => {
    const world = starterWorld()
    world.store.unreadable.push({ key: runKey(inFlightRun()), isNewer: true, problem: 'is newer' })
    expect(await world.handle(runRequest())).toEqual([
      { outcome: 'retry', afterSeconds: 900, reason: 'RECORD_UNREADABLE' },
    ])
    expect(world.store.writes).toEqual([])
  })
})

describe('a repeat of an event', () => {
  const requestKey = `event:${assetEvent().id}`
  const day = 24 * 60 * minute
  // The event made the glossary run, duplicated the run of descriptions, and the repeat guard skipped the names.
  const names = endedRun({
    subject: { ...subject, revision: '3', types: ['BUSINESS_NAMES'] },
    runId: 'run-names',
    detectedAtMs: t0 - day,
  })
  const descriptions = endedRun({
    runId: 'run-descriptions',
    request: { ...origin, policyTypes: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] },
    alsoRequestedBy: [{ requestKey }],
  })
  const glossary = endedRun({
    subject: { ...subject, types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] },
    runId: 'run-glossary',
    request: { ...origin, requestKey, trigger: 'PUBLISHED', policyTypes: threeTypes },
    policy: { repeatGuardMs: 30 * day },
  })

  test('P10: continues under the settings of its own run, not under those of a run that it duplicates', async () => {
    const world = starterWorld({ runs: [names, descriptions, glossary], script: showingAsset('4') })
    const outcomes = await world.outcomes(assetEvent(), 2)
    expect(world.datazone.calls).toEqual([])
    expect(outcomes).toEqual(['duplicate', 'duplicate', 'skipped'])
  })
})

describe('a request for a data source', () => {
  test('continues a throttled run when it is redelivered', async () => {
    const world = starterWorld({ runs: [parkedRun({ subject: sourceSubject })] })
    expect(await world.outcomes(sourceRunRequest(), 2)).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', attempt: 1 }])
  })

  test('answers a skip with the data source, and records it there', async () => {
    const world = starterWorld({ settings: { mode: 'off' } })
    expect(await world.outcomes(sourceRunRequest())).toEqual(['skipped'])
    expect(world.skips.skipsOf(runKey(parkedRun({ subject: sourceSubject })).partition)).toMatchObject([
      { reason: 'MODE_OFF' },
    ])
    expect(world.bus.events).toMatchObject([
      { detail: { data: { kind: 'DATA_SOURCE', dataSource: { id: 'source-1' } } } },
    ])
  })
})

describe('modes', () => {
  test('skips everything in mode off, without a read or a write', async () => {
    const world = starterWorld({ settings: { mode: 'off' } })
    expect(await world.handle(runRequest())).toEqual([{ outcome: 'skipped', reason: 'MODE_OFF' }])
    expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
  })

  test('records what would start in mode plan, and starts nothing', async () => {
    const world = starterWorld({ settings: { mode: 'plan' }, script: showingAsset('4') })
    expect(await world.outcomes(runRequest({ asset: { id: 'asset-1' }, types: threeTypes }))).toEqual([
      'planned',
      'planned',
    ])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1'])
    expect(world.store.all().map((run) => run.state)).toEqual(['PLANNED', 'PLANNED'])
    expect(await world.outcomes(runRequest({ types: threeTypes }))).toEqual(['planned', 'planned'])
  })

  test('starts a planned request in mode run', async () => {
    const world = starterWorld({ runs: [plannedRun()] })
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', attempt: 1 }])
  })

  test('selects the domains of DomainIds, or all when there are none', async () => {
    const skipped = [{ outcome: 'skipped', reason: 'DOMAIN_NOT_SELECTED' }]
    expect(await starterWorld({ settings: { domainIds: ['dzd_b'] } }).handle(runRequest())).toEqual(skipped)
    const selected = starterWorld({ settings: { domainIds: ['dzd_b', 'dzd_orders'] } })
    expect(await selected.outcomes(runRequest())).toEqual(['started'])
  })
})

test('parks a newer revision behind the active run, without a call', async () => {
  const world = starterWorld({ runs: [inFlightRun()] })
  const newer = runRequest({ requestId: 'b', asset: { id: 'asset-1', revision: '5' } })
  expect(await world.handle(newer)).toMatchObject([{ outcome: 'parked', run: { reason: 'BEHIND' } }])
  expect(world.datazone.calls).toEqual([])
})
