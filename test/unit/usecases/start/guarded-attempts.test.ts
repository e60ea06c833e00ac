import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../../../lib/errors.ts'
import type { Asset } from '../../../../lib/ports/datazone.ts'
import { schemaFingerprint } from '../../../../lib/run/asset-schema.ts'
import { partitionOf, runKey } from '../../../../lib/run/identity.ts'
import type { GenerationType } from '../../../../lib/run/run.ts'
import { guardedAttempts } from '../../../../lib/usecases/start/guarded-attempts.ts'
import { assetEvent, runRequest, threeTypes } from '../../../support/messages.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  plannedRun,
  subject,
  t0,
} from '../../../support/runs.ts'
import { showingAsset } from '../../../support/scripted-datazone.ts'
import { startContext } from '../../../support/start-context.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const day = 24 * 60 * minute
const partition = partitionOf(subject)
const shows = showingAsset('9')
const ended = (daysAgo: number, over: Parameters<typeof endedRun>[0] = {}) =>
  endedRun({ detectedAtMs: t0 - daysAgo * day, announcedAtMs: t0, ...over })
const outcomeOf = async (runs: readonly ReturnType<typeof ended>[], message: object = assetEvent()) => {
  const world = starterWorld({ runs, script: shows })
  return { world, outcomes: await world.outcomes(message) }
}

describe('the repeat guard', () => {
  test('P2: skips a publish of an asset whose run succeeded recently, and records the skip once', async () => {
    const { world, outcomes } = await outcomeOf([ended(29)])
    expect(outcomes).toEqual(['skipped'])
    expect(world.store.writes).toEqual([])
    const skip = { reason: 'REPEAT_GUARD', repeatOf: runKey(ended(29)).record, types: subject.types }
    expect(world.skips.skipsOf(partition)).toMatchObject([skip])
    expect(await world.outcomes(assetEvent(), 2)).toEqual(['skipped'])
    expect(world.skips.skipsOf(partition)).toMatchObject([skip])
    expect(world.datazone.starts).toEqual([])
  })

  test('runs a publish 30 days later', async () => {
    expect((await outcomeOf([ended(30)])).outcomes).toEqual(['started'])
  })

  test('counts from an acceptance, which may come long after the run', async () => {
    const accepted = (runDaysAgo: number, daysAgo: number) =>
      ended(runDaysAgo, { acceptedAtMs: t0 - daysAgo * day })
    expect((await outcomeOf([accepted(90, 29)])).outcomes).toEqual(['skipped'])
    expect((await outcomeOf([accepted(90, 31)])).outcomes).toEqual(['started'])
    const failed = ended(90, { ending: 'FAILED', acceptedAtMs: t0 - day })
    expect((await outcomeOf([failed])).outcomes).toEqual(['started'])
    const asked = runRequest({ requestId: 'other', asset: { id: 'asset-1' }, regenerate: true })
    expect((await outcomeOf([accepted(90, 1)], asked)).outcomes).toEqual(['started'])
  })

  test('considers only the last run of these types, and how it ended', async () => {
    const failed = ended(1, { ending: 'FAILED', subject: { ...subject, revision: '5' }, runId: 'run-5' })
    expect((await outcomeOf([ended(2), failed])).outcomes).toEqual(['started'])
    const since = ended(0.5, { subject: { ...subject, revision: '3' }, runId: 'run-3' })
    expect((await outcomeOf([since, failed])).outcomes).toEqual(['skipped'])
    const names = { ...subject, types: ['BUSINESS_NAMES'] } as const
    expect((await outcomeOf([ended(1, { subject: names })])).outcomes).toEqual(['started'])
    const more = { ...subject, types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] } as const
    expect((await outcomeOf([ended(1, { subject: more })])).outcomes).toEqual(['skipped'])
  })

  test('runs a publish whose columns changed, and skips one whose columns are the same', async () => {
    const columns = [{ name: 'id', dataType: 'bigint' }]
    const tables = [{ name: 'orders', columns }]
    const seen = ended(1, { fingerprint: schemaFingerprint(tables) })
    const publishOf = async (over: Partial<Asset>) => {
      const world = starterWorld({ runs: [seen], script: showingAsset('9', over) })
      return { world, outcomes: await world.outcomes(assetEvent()) }
    }
    expect((await publishOf({ tables, name: 'Customer orders' })).outcomes).toEqual(['skipped'])
    expect((await publishOf({})).outcomes).toEqual(['skipped'])
    const changed = [{ name: 'orders', columns: [...columns, { name: 'sold_at', dataType: 'date' }] }]
    const { world, outcomes } = await publishOf({ tables: changed })
    expect(outcomes).toEqual(['started'])
    expect(world.store.all().at(-1)).toMatchObject({
      fingerprint: schemaFingerprint(changed),
      assetName: 'orders',
    })
  })

  describe('for each type', () => {
    const both = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] as const
    const partly = ended(1, {
      ending: 'PARTIALLY_SUCCEEDED',
      subject: { ...subject, types: both },
      typeStats: [
        { type: 'BUSINESS_DESCRIPTIONS', status: 'SUCCEEDED' },
        { type: 'BUSINESS_NAMES', status: 'FAILED' },
      ],
    })
    const settings = { defaultTypes: both }

    test('runs only the type that failed in a partial success, and records the skip of the other', async () => {
      const world = starterWorld({ runs: [partly], script: shows, settings })
      expect(await world.outcomes(assetEvent())).toEqual(['started', 'skipped'])
      expect(world.datazone.starts).toMatchObject([{ revision: '9', types: ['BUSINESS_NAMES'] }])
      expect(world.skips.skipsOf(partition)).toMatchObject([{ types: ['BUSINESS_DESCRIPTIONS'] }])
    })

    test('P1: keeps the decision of the first delivery when the publish is redelivered', async () => {
      const world = starterWorld({ runs: [partly], script: shows, settings })
      await world.outcomes(assetEvent())
      const failed = { ...partly, ending: 'FAILED', typeStats: [], detectedAtMs: t0 } as const
      world.store.put({ ...failed, attempt: 2 })
      expect(await world.outcomes(assetEvent(), 2)).toEqual(['duplicate'])
      expect(world.datazone.starts).toHaveLength(1)
    })

    test('P1: keeps that decision when a run of other columns has ended in between', async () => {
      const tables = [{ name: 'orders', columns: [{ name: 'id', dataType: 'bigint' }] }]
      const fingerprint = schemaFingerprint(tables)
      const last = ended(1, { subject: { ...subject, types: both }, fingerprint })
      const world = starterWorld({
        runs: [last],
        script: showingAsset('9', { tables }),
        settings: { defaultTypes: [...both, 'BUSINESS_GLOSSARY_ASSOCIATIONS'] },
      })
      expect(await world.outcomes(assetEvent())).toEqual(['started', 'skipped'])
      expect(world.datazone.starts).toMatchObject([{ types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] }])
      const newer = { revision: '10', types: both }
      const detectedAtMs = world.clock.now() + minute
      world.store.put({ ...last, subject: { ...subject, ...newer }, fingerprint: 'other', detectedAtMs })
      world.clock.advance(2 * minute)
      await world.outcomes(assetEvent(), 2)
      const made = world.store
        .all()
        .filter((run) => run.subject.kind !== 'DATA_SOURCE' && run.subject.revision === '9')
      expect(made).toHaveLength(1)
    })

    test('P2: records on redelivery the skip that a crash after the claim prevented', async () => {
      const world = starterWorld({ runs: [partly], script: shows, settings })
      const { record } = world.skips
      world.skips.record = async () => {
        throw new PortUnavailable('table', new Error('down'))
      }
      await expect(world.outcomes(assetEvent())).rejects.toThrow(PortUnavailable)
      world.skips.record = record
      expect(await world.outcomes(assetEvent(), 2)).toEqual(['duplicate', 'skipped'])
      expect(world.skips.skipsOf(partition)).toMatchObject([{ types: ['BUSINESS_DESCRIPTIONS'] }])
      expect(world.datazone.starts).toHaveLength(1)
    })

    test('P2: records the skip of a stored publish before its record replaces it', async () => {
      const publish = parkedRun({
        subject: { kind: 'METADATA_GENERATION', domainId: 'dzd_orders', assetId: 'asset-1', types: both },
        request: { ...origin, requestKey: 'event:stored', trigger: 'PUBLISHED', policyTypes: [] },
      })
      const world = starterWorld({ runs: [partly, publish], script: shows, settings })
      expect(await world.outcomes(world.releaseMessageFor(publish))).toEqual(['started', 'skipped'])
      expect(world.skips.skipsOf(partition)).toMatchObject([
        { requestKey: 'event:stored', types: ['BUSINESS_DESCRIPTIONS'] },
      ])
    })

    test('P2: records the skip that the first record of the publish allows, whatever ended before its next one', () => {
      const request = { ...origin, requestKey: 'event:7', trigger: 'PUBLISHED' } as const
      const made = (type: GenerationType, createdAtMs: number) =>
        claimedRun({ subject: { ...subject, revision: '9', types: [type] }, request, createdAtMs })
      const newer = { subject: { ...subject, revision: '10' }, runId: 'run-10', fingerprint: 'other' }
      const records = [
        partly,
        made('BUSINESS_GLOSSARY_ASSOCIATIONS', t0),
        endedRun({ ...newer, detectedAtMs: t0 + minute }),
        made('BUSINESS_NAMES', t0 + 2 * minute),
      ]
      const policy = { repeatGuardMs: 30 * day }
      const publish = parkedRun({ request, policy, fingerprint: 'same' })
      const wanted = { ...subject, revision: '9', types: both }
      expect(guardedAttempts([wanted], publish, records, startContext())).toMatchObject({
        subjects: [{ types: ['BUSINESS_NAMES'] }],
        attempts: [],
        skipped: [{ types: ['BUSINESS_DESCRIPTIONS'], of: runKey(partly) }],
      })
    })

    test('P2: runs every type of a publish that mode plan would have narrowed earlier', async () => {
      const request = { ...origin, requestKey: `event:${assetEvent().id}`, trigger: 'PUBLISHED' } as const
      const planned = plannedRun({
        subject: { ...subject, revision: '9', types: ['BUSINESS_NAMES'] },
        request,
      })
      const world = starterWorld({ runs: [planned], script: shows, settings })
      expect(await world.outcomes(assetEvent(), 2)).toEqual(['started'])
      expect(world.datazone.starts).toMatchObject([{ types: both }])
    })

    test('P2: runs every type of a publish after another request ran one of them in vain', async () => {
      const names = { ...subject, revision: '9', types: ['BUSINESS_NAMES'] } as const
      const failed = ended(0, { subject: names, ending: 'FAILED' })
      const world = starterWorld({ runs: [failed], script: shows, settings })
      expect(await world.outcomes(assetEvent())).toEqual(['started'])
      expect(world.datazone.starts).toMatchObject([{ types: both }])
    })

    test('runs every type of an explicit request whose id was used for fewer types', async () => {
      const world = starterWorld({ runs: [endedRun()] })
      expect(await world.outcomes(runRequest({ types: [...both] }))).toEqual(['started'])
      expect(world.datazone.starts).toMatchObject([{ types: both }])
    })

    test('names the latest of the runs that a publish would repeat', async () => {
      const glossary = { ...subject, types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] } as const
      const latest = ended(1, { subject: { ...subject, types: both }, runId: 'run-2' })
      const world = starterWorld({
        runs: [ended(2, { subject: glossary }), latest],
        script: shows,
        settings: { defaultTypes: threeTypes },
      })
      expect(await world.outcomes(assetEvent())).toEqual(['skipped'])
      expect(world.skips.skipsOf(partition)).toMatchObject([
        { repeatOf: runKey(latest).record, types: threeTypes },
      ])
    })

    test('leaves the revision free for an explicit request for both types', async () => {
      const world = starterWorld({ runs: [partly], script: shows, settings })
      await world.outcomes(assetEvent())
      const asked = runRequest({
        requestId: 'other',
        asset: { id: 'asset-1', revision: '9' },
        types: [...both],
      })
      expect(await world.outcomes(asked)).toEqual(['parked'])
    })
  })

  test('applies to publishes only', async () => {
    const asked = runRequest({ requestId: 'other', asset: { id: 'asset-1' } })
    expect((await outcomeOf([ended(1)], asked)).outcomes).toEqual(['started'])
    expect((await outcomeOf([ended(1)], { ...asked, regenerate: true })).outcomes).toEqual(['started'])
  })

  test('parks a newer revision behind an active run', async () => {
    const world = starterWorld({ runs: [inFlightRun()], script: shows })
    expect(await world.outcomes(assetEvent())).toEqual(['parked'])
  })
})
