import { describe, expect, test } from 'vitest'
import type { Asset } from '../../../../lib/ports/datazone.ts'
import { schemaFingerprint } from '../../../../lib/run/asset-schema.ts'
import { present } from '../../../../lib/run/present.ts'
import type { ParkedRun } from '../../../../lib/run/run.ts'
import { resolveAndClaim } from '../../../../lib/usecases/start/resolve-and-claim.ts'
import type { WaitingRequest } from '../../../../lib/usecases/start/waiting-request.ts'
import { endedRun, minute, origin, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, showingAsset } from '../../../support/scripted-datazone.ts'
import { startContext } from '../../../support/start-context.ts'

const { revision: _, ...unresolved } = subject
const waiting = (over: Partial<ParkedRun> = {}): WaitingRequest => ({
  ...parkedRun({ version: 0, ...over }),
  subject: unresolved,
})
const none = { runs: [], unreadable: [] }
const starting = { startRun: async () => answered(serviceRun()) }

describe('resolveAndClaim', () => {
  test('starts a run of the revision that GetAsset shows', async () => {
    const context = startContext({ script: { ...starting, ...showingAsset('7') } })
    expect(await resolveAndClaim(waiting(), none, context)).toMatchObject([
      { outcome: 'started', run: { subject: { revision: '7' } } },
    ])
  })

  test('looks again later when the run of that revision ended before the publish', async () => {
    const ended = endedRun({ detectedAtMs: t0 - 10 * minute })
    const context = startContext({ runs: [ended], script: showingAsset('4') })
    const records = { runs: [ended], unreadable: [] }
    expect(await resolveAndClaim(waiting(), records, context)).toMatchObject([
      { outcome: 'parked', run: { reason: 'STALE_READ' } },
    ])
  })

  test('is a duplicate of the run of that revision that ended at the moment of the publish', async () => {
    const ended = endedRun({ detectedAtMs: origin.requestedAtMs })
    const context = startContext({ runs: [ended], script: showingAsset('4') })
    expect(await resolveAndClaim(waiting(), { runs: [ended], unreadable: [] }, context)).toMatchObject([
      { outcome: 'duplicate' },
    ])
  })

  test('starts the revision that the request names, although the run of the one shown has ended', async () => {
    const ended = endedRun({ detectedAtMs: t0 - 10 * minute })
    const context = startContext({ runs: [ended], script: { ...starting, ...showingAsset('4') } })
    const naming = waiting({ request: { ...origin, revision: '5' } })
    expect(await resolveAndClaim(naming, { runs: [ended], unreadable: [] }, context)).toMatchObject([
      { outcome: 'started', run: { subject: { revision: '5' } } },
    ])
  })

  test('parks without a call while the project is paused', async () => {
    const context = startContext({ paused: ['project-1'] })
    expect(await resolveAndClaim(waiting(), none, context)).toMatchObject([
      { outcome: 'parked', run: { reason: 'PAUSED' } },
    ])
    expect(context.datazone.calls).toEqual([])
  })

  test('skips an asset that no rule of the policy matches, and records why', async () => {
    const settings = { policy: { triggers: [], caps: [], rules: [] } }
    const context = startContext({ settings, script: showingAsset('4') })
    expect(await resolveAndClaim(waiting(), none, context)).toMatchObject([{ outcome: 'skipped' }])
  })

  test('returns the message to the queue on the first throttled GetAsset, and parks after that', async () => {
    const script = { getAsset: async () => refused('THROTTLED') }
    expect(await resolveAndClaim(waiting(), none, startContext({ script }))).toMatchObject([
      { outcome: 'retry', reason: 'ThrottlingException' },
    ])
    const again = startContext({ script, receiveCount: 2 })
    expect(await resolveAndClaim(waiting(), none, again)).toMatchObject([
      { outcome: 'parked', run: { reason: 'THROTTLED' } },
    ])
  })

  test('P9: rejects a request that has waited too long when it cannot be resolved again', async () => {
    const script = { getAsset: async () => refused('DENIED') }
    const context = startContext({ script })
    const old = waiting({ createdAtMs: t0 - 40 * 24 * 60 * minute, request: origin })
    expect(await resolveAndClaim(old, none, context)).toMatchObject([
      { outcome: 'rejected', reasons: [expect.stringContaining('waited longer than the limit')] },
    ])
  })
})

describe('what a run keeps of GetAsset', () => {
  const started = async (asset: Partial<Asset>, revision?: string) => {
    const context = startContext({ script: { ...starting, ...showingAsset('4', asset) } })
    const request = { ...origin, ...present({ revision }) }
    await resolveAndClaim(waiting({ request }), none, context)
    return context.store.all()[0]
  }

  test.each([
    ['no revision', undefined, true],
    ['the revision shown', '4', true],
    ['another revision', '5', false],
  ])(
    'P10: keeps the schema fingerprint of the revision that runs when a request names %s',
    async (_, revision, isKept) => {
      const tables = [{ name: 'orders', columns: [{ name: 'order_id' }] }]
      const run = await started({ tables }, revision)
      expect(run).toMatchObject({ state: 'IN_FLIGHT', assetName: 'orders' })
      expect(run?.fingerprint).toBe(isKept ? schemaFingerprint(tables) : undefined)
    },
  )

  test('drops an empty name, and cuts a name that is longer than DataZone allows', async () => {
    expect(await started({ name: '' })).not.toHaveProperty('assetName')
    expect(await started({ name: 'n'.repeat(257) })).toMatchObject({ assetName: 'n'.repeat(256) })
  })
})
