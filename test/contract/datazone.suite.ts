import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StartInput } from '../../lib/ports/datazone.ts'
import { sampleCatalogue } from '../../local/catalogue/catalogue.ts'
import type { SettingsInput } from '../../local/datazone/input/settings.ts'
import { minute, t0 } from '../support/runs.ts'
import { cancelContract } from './datazone-cancel.suite.ts'
import { sourceRunContract } from './datazone-source-runs.suite.ts'
import {
  answered,
  domainId,
  longTimeoutMs,
  type OpenDataZone,
  type OpenDataZoneAt,
  refusal,
  startInput,
} from './datazone-under-test.ts'

/** Every error of the service model, its kind, and whether it is definite. */
const errors = [
  ['ValidationException', 'INVALID', true],
  ['UnauthorizedException', 'DENIED', true],
  ['AccessDeniedException', 'DENIED', true],
  ['ServiceQuotaExceededException', 'QUOTA_EXCEEDED', true],
  ['ResourceNotFoundException', 'NOT_FOUND', true],
  ['ConflictException', 'CONFLICT', true],
  ['ThrottlingException', 'THROTTLED', true],
  ['InternalServerException', 'UNAVAILABLE', false],
] as const

/** The contract that every DataZone keeps. */
export const dataZoneContract = (name: string, open: OpenDataZoneAt): void => {
  describe(`DataZone: ${name}`, () => {
    const all: OpenDataZone[] = []
    const openDataZone = async (settings: SettingsInput = {}): Promise<OpenDataZone> => {
      const one = await open({ failureShare: 0, sigma: 0, ...settings })
      all.push(one)
      one.control.loadCatalogue(sampleCatalogue(80))
      return one
    }
    afterEach(async () => {
      for (const one of all.splice(0)) await one.close()
    })

    test('P8: reads the older shape, which shows one type, in Start, Get and List', async () => {
      const { datazone } = await openDataZone({ apiGeneration: 'older' })
      const types = ['BUSINESS_DESCRIPTIONS'] as const
      const started = answered(await datazone.startRun(startInput({ types }), minute))
      const older = { types: ['BUSINESS_DESCRIPTIONS'], isOlderShape: true }
      expect(started).toMatchObject(older)
      const got = answered(await datazone.getRun(domainId, started.runId))
      expect(got).toMatchObject(older)
      expect(got).not.toHaveProperty('typeStats')
      const { runs } = answered(await datazone.listRuns(domainId, { assetId: 'tpcds_store_sales' }))
      expect(runs).toMatchObject([{ ...older, runId: started.runId }])
    })

    test('returns the revision, project, type, name and tables of an asset', async () => {
      const { datazone, control } = await openDataZone()
      const columns = [
        { name: 'id', dataType: 'bigint' },
        { name: 'sold_at', dataType: 'timestamp' },
      ]
      control.addRevision({ domainId, assetId: 'tpcds_store_sales', revision: 'r/2#é', columns })
      expect(await datazone.getAsset(domainId, 'tpcds_store_sales')).toEqual({
        outcome: 'answered',
        value: {
          revision: 'r/2#é',
          owningProjectId: 'salesproject01',
          typeIdentifier: 'amazon.datazone.GlueTableAssetType',
          name: 'store_sales',
          tables: [{ name: 'store_sales', columns }],
        },
      })
    })

    test('starts a run, and shows it until its ending', async () => {
      const { datazone, advanceTo } = await openDataZone()
      const types = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES']
      const { runId, ...begun } = answered(await datazone.startRun(startInput(), longTimeoutMs))
      expect(begun).toEqual({ nativeStatus: 'SUBMITTED', types, createdAtMs: t0 })
      const run = { runId, types, createdAtMs: t0, assetId: 'tpcds_store_sales', revision: '1' }
      expect(answered(await datazone.getRun(domainId, runId))).toEqual({ ...run, nativeStatus: 'SUBMITTED' })
      await advanceTo(t0 + 29_000)
      expect(answered(await datazone.getRun(domainId, runId))).toEqual({
        ...run,
        nativeStatus: 'IN_PROGRESS',
        typeStats: types.map((type) => ({ type, status: 'IN_PROGRESS' })),
      })
      await advanceTo(t0 + 31_000)
      expect(answered(await datazone.getRun(domainId, runId))).toEqual({
        ...run,
        nativeStatus: 'SUCCEEDED',
        typeStats: types.map((type) => ({ type, status: 'SUCCEEDED' })),
      })
      expect(answered(await datazone.listRuns(domainId, { status: 'SUCCEEDED' }))).toEqual({
        runs: [{ ...run, nativeStatus: 'SUCCEEDED' }],
      })
    })

    test('shows the transfer of an asset to another project, while it is active and afterwards', async () => {
      const { datazone, control, advanceTo } = await openDataZone()
      const assetId = 'tpcds_store_sales'
      const transfer = async () => answered(await datazone.getAsset(domainId, assetId))
      expect(await transfer()).not.toHaveProperty('transfer')
      const ids = { sourceProjectId: 'salesproject01', targetProjectId: 'refdataproj001' }
      control.transferAsset({ domainId, assetId, targetProjectId: ids.targetProjectId, durationMs: minute })
      expect(await transfer()).toMatchObject({
        owningProjectId: ids.sourceProjectId,
        transfer: { status: 'IN_PROGRESS', ...ids },
      })
      expect(await datazone.startRun(startInput(), longTimeoutMs)).toMatchObject(refusal('CONFLICT', true))
      await advanceTo(t0 + minute)
      expect(await transfer()).toMatchObject({
        owningProjectId: ids.targetProjectId,
        transfer: { status: 'SUCCEEDED', ...ids },
      })
      expect(await datazone.startRun(startInput(), longTimeoutMs)).toMatchObject(refusal('DENIED', true))
      const again = startInput({ projectId: ids.targetProjectId })
      expect(await datazone.startRun(again, longTimeoutMs)).toMatchObject({ outcome: 'answered' })
    })

    sourceRunContract(openDataZone)

    test('shows why a type failed', async () => {
      const { datazone, advanceTo } = await openDataZone({ failureShare: 1 })
      const { runId } = answered(await datazone.startRun(startInput(), longTimeoutMs))
      await advanceTo(t0 + minute)
      const { typeStats } = answered(await datazone.getRun(domainId, runId))
      expect(typeStats).toHaveLength(2)
      for (const stat of typeStats ?? []) expect(stat).toMatchObject({ status: 'FAILED', errorMessage: /./ })
    })

    cancelContract(openDataZone)

    test('P1: returns the same run for the same token', async () => {
      const { datazone, control } = await openDataZone()
      const first = answered(await datazone.startRun(startInput(), longTimeoutMs))
      expect(answered(await datazone.startRun(startInput(), longTimeoutMs))).toEqual(first)
      expect(control.runs()).toMatchObject([{ id: first.runId, clientToken: 'token-1' }])
    })

    test('P8: passes on an unrecognized status', async () => {
      const { datazone, advanceTo } = await openDataZone({ unknownStatusShare: 1 })
      const { runId } = answered(await datazone.startRun(startInput(), longTimeoutMs))
      await advanceTo(t0 + minute)
      expect(answered(await datazone.getRun(domainId, runId))).toMatchObject({
        nativeStatus: 'AWAITING_REVIEW',
      })
    })

    test('lists runs by status and by asset, page by page', async () => {
      const { datazone, control } = await openDataZone({ startBucket: 1000 })
      const assets = sampleCatalogue(80).domains[0]?.assets ?? []
      const started: string[] = []
      for (const { id: assetId, projectId } of assets) {
        const input = startInput({ assetId, projectId, clientToken: `token-${assetId}` })
        started.push(answered(await datazone.startRun(input, longTimeoutMs)).runId)
      }
      const first = answered(await datazone.listRuns(domainId, { status: 'SUBMITTED' }))
      expect(first.runs).toHaveLength(50)
      const { nextToken = '' } = first
      const second = answered(await datazone.listRuns(domainId, { status: 'SUBMITTED', nextToken }))
      expect(second).not.toHaveProperty('nextToken')
      const listed = [...first.runs, ...second.runs].map(({ runId }) => runId)
      expect(listed.sort()).toEqual(started.sort())
      expect(answered(await datazone.listRuns(domainId, { status: 'SUCCEEDED' }))).toEqual({ runs: [] })
      const ofAsset = answered(await datazone.listRuns(domainId, { assetId: 'tpcds_item' }))
      expect(ofAsset.runs).toMatchObject([{ assetId: 'tpcds_item' }])
      expect(control.runs()).toHaveLength(80)
    })

    test.each(errors)('classifies %s as %s for every call', async (error, kind, definite) => {
      const { datazone, control } = await openDataZone()
      control.setFaults([{ kind: 'error', error }])
      const expected = refusal(kind, definite, error)
      expect(await datazone.startRun(startInput(), longTimeoutMs)).toMatchObject(expected)
      expect(await datazone.getAsset(domainId, 'tpcds_item')).toMatchObject(expected)
      expect(await datazone.getRun(domainId, 'run0000000001')).toMatchObject(expected)
      expect(await datazone.cancelRun(domainId, 'run0000000001')).toMatchObject(expected)
      expect(await datazone.listRuns(domainId, {})).toMatchObject(expected)
      expect(control.runs()).toEqual([])
    })

    test('refuses what the service itself refuses', async () => {
      const { datazone } = await openDataZone({ startBucket: 5, startRatePerSecond: 0.001 })
      const start = (over: Partial<StartInput>) => datazone.startRun(startInput(over), longTimeoutMs)
      expect(await start({})).toMatchObject({ outcome: 'answered' })
      expect(await start({ clientToken: 'token-2' })).toMatchObject(refusal('CONFLICT', true))
      expect(await start({ assetId: 'nothing', clientToken: 'token-5' })).toMatchObject(
        refusal('NOT_FOUND', true),
      )
      expect(await start({ assetId: 'tpcds_item', clientToken: 'token-3' })).toMatchObject(
        refusal('DENIED', true),
      )
      expect(await start({ types: [] })).toMatchObject(refusal('INVALID', true))
      expect(await start({ clientToken: 'token-4' })).toMatchObject(refusal('THROTTLED', true))
      expect(await datazone.getAsset('dzd_elsewhere', 'a')).toMatchObject(refusal('NOT_FOUND', true))
      expect(await datazone.getRun(domainId, 'not an id')).toMatchObject(refusal('INVALID', true))
    })

    describe('a call that is not answered', () => {
      let one: OpenDataZone
      beforeEach(async () => {
        one = await openDataZone()
      })

      test('leaves open whether it took effect: the connection broke', async () => {
        one.control.setFaults([{ kind: 'lostAnswer', times: 1 }])
        expect(await one.datazone.startRun(startInput(), longTimeoutMs)).toMatchObject(
          refusal('UNAVAILABLE', false),
        )
        expect(one.control.runs()).toHaveLength(1)
      })

      test('leaves open whether it took effect: 500', async () => {
        one.control.setFaults([{ kind: 'errorAfterEffect', times: 1 }])
        expect(await one.datazone.startRun(startInput(), longTimeoutMs)).toMatchObject(
          refusal('UNAVAILABLE', false),
        )
        expect(one.control.runs()).toHaveLength(1)
      })

      test('leaves open whether it took effect: the answer took too long', async () => {
        one.control.setFaults([
          { kind: 'slow', delayMs: 10 * minute, operation: 'StartMetadataGenerationRun' },
        ])
        // Long enough for the request to arrive on a busy machine.
        expect(await one.datazone.startRun(startInput(), 1_000)).toMatchObject(refusal('UNAVAILABLE', false))
        expect(one.control.runs()).toHaveLength(1)
      })

      test('is refused as unavailable if DataZone is unreachable', async () => {
        await one.unplug()
        const { datazone } = one
        const expected = refusal('UNAVAILABLE', false)
        expect(await datazone.startRun(startInput(), longTimeoutMs)).toMatchObject(expected)
        expect(await datazone.getAsset(domainId, 'tpcds_item')).toMatchObject(expected)
        expect(await datazone.getRun(domainId, 'run0000000001')).toMatchObject(expected)
        expect(await datazone.cancelRun(domainId, 'run0000000001')).toMatchObject(expected)
        expect(await datazone.listRuns(domainId, {})).toMatchObject(expected)
      })
    })
  })
}
