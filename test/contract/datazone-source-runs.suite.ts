import { describe, expect, test } from 'vitest'
import { sampleCatalogue } from '../../local/catalogue/catalogue.ts'
import type { SettingsInput } from '../../local/datazone/input/settings.ts'
import { minute, t0 } from '../support/runs.ts'
import { answered, domainId, longTimeoutMs, type OpenDataZone, refusal } from './datazone-under-test.ts'

/** The contract of data source runs, which every DataZone keeps. */
export const sourceRunContract = (
  openDataZone: (settings?: SettingsInput) => Promise<OpenDataZone>,
): void => {
  describe('a data source run', () => {
    const dataSourceId = 'tpcds_glue'
    const input = { domainId, dataSourceId, clientToken: 'token-1' }
    const withSource = async (settings: SettingsInput = {}): Promise<OpenDataZone> => {
      const one = await openDataZone(settings)
      const catalogue = sampleCatalogue(1)
      const dataSources = [{ id: dataSourceId, projectId: 'salesproject01', name: 'tpcds', tables: 24 }]
      one.control.loadCatalogue({
        domains: catalogue.domains.map((domain) => ({ ...domain, dataSources })),
      })
      return one
    }

    test.each([
      ['ConflictException', 'CONFLICT'],
      ['ValidationException', 'INVALID'],
    ] as const)(
      'is refused with %s while its data source is not READY, as getDataSource shows',
      async (sourceNotReady, kind) => {
        const { datazone, control } = await withSource({ sourceNotReady })
        const source = async () => answered(await datazone.getDataSource(domainId, dataSourceId))
        expect(await source()).toEqual({ status: 'READY' })
        control.setDataSourceStatus({ domainId, dataSourceId, status: 'UPDATING' })
        expect(await datazone.startSourceRun(input, longTimeoutMs)).toMatchObject(refusal(kind, true))
        expect(await source()).toEqual({ status: 'UPDATING' })
        control.setDataSourceStatus({ domainId, dataSourceId, status: 'FAILED_UPDATE' })
        expect(await source()).toMatchObject({
          status: 'FAILED_UPDATE',
          error: { name: 'INTERNAL_SERVER_EXCEPTION', message: expect.stringContaining('FAILED_UPDATE') },
        })
        expect(await datazone.getDataSource(domainId, 'unknown')).toMatchObject(refusal('NOT_FOUND', true))
        control.setDataSourceStatus({ domainId, dataSourceId, status: 'READY' })
        expect(await datazone.startSourceRun(input, longTimeoutMs)).toMatchObject({ outcome: 'answered' })
        expect(await source()).toEqual({ status: 'RUNNING' })
      },
    )

    test('is shown until its ending', async () => {
      const { datazone, advanceTo } = await withSource()
      const { runId, ...begun } = answered(await datazone.startSourceRun(input, longTimeoutMs))
      expect(begun).toEqual({
        nativeStatus: 'REQUESTED',
        types: [],
        projectId: 'salesproject01',
        createdAtMs: t0,
      })
      await advanceTo(t0 + 59_000)
      const run = { runId, types: [], projectId: 'salesproject01', createdAtMs: t0 }
      expect(answered(await datazone.getSourceRun(domainId, runId))).toEqual({
        ...run,
        nativeStatus: 'RUNNING',
        lineageStatus: 'IN_PROGRESS',
      })
      await advanceTo(t0 + 61_000)
      const over = {
        ...run,
        nativeStatus: 'SUCCESS',
        lineageStatus: 'IN_PROGRESS',
        statistics: expect.objectContaining({ added: expect.any(Number), failed: 0 }),
      }
      expect(answered(await datazone.getSourceRun(domainId, runId))).toEqual(over)
      expect(answered(await datazone.listSourceRuns(domainId, { dataSourceId }))).toEqual({ runs: [over] })
    })

    test('shows why it failed', async () => {
      const { datazone, advanceTo } = await withSource({ failureShare: 1 })
      const { runId } = answered(await datazone.startSourceRun(input, longTimeoutMs))
      await advanceTo(t0 + 2 * minute)
      expect(answered(await datazone.getSourceRun(domainId, runId))).toMatchObject({
        nativeStatus: 'FAILED',
        error: { name: expect.stringMatching(/_EXCEPTION$/), message: expect.stringMatching(/./) },
      })
    })

    test('P1: is the same for the same token, and the only active one of its data source', async () => {
      const { datazone } = await withSource()
      const first = answered(await datazone.startSourceRun(input, longTimeoutMs))
      expect(answered(await datazone.startSourceRun(input, longTimeoutMs))).toEqual(first)
      expect(
        await datazone.startSourceRun({ ...input, clientToken: 'token-2' }, longTimeoutMs),
      ).toMatchObject(refusal('CONFLICT', true))
    })

    test('is refused after the last run of the day, and for an unknown data source', async () => {
      const { datazone } = await withSource({ dataSourceRunsPerDay: 0 })
      expect(await datazone.startSourceRun(input, longTimeoutMs)).toMatchObject(
        refusal('QUOTA_EXCEEDED', true),
      )
      const nowhere = { ...input, dataSourceId: 'nowhere' }
      expect(await datazone.startSourceRun(nowhere, longTimeoutMs)).toMatchObject(refusal('NOT_FOUND', true))
      expect(await datazone.getSourceRun(domainId, 'run0000000001')).toMatchObject(refusal('NOT_FOUND', true))
    })

    test('P8: passes on an unrecognized status', async () => {
      const { datazone, advanceTo } = await withSource({ unknownStatusShare: 1 })
      const { runId } = answered(await datazone.startSourceRun(input, longTimeoutMs))
      await advanceTo(t0 + 2 * minute)
      expect(answered(await datazone.getSourceRun(domainId, runId))).toMatchObject({
        nativeStatus: 'AWAITING_REVIEW',
      })
    })
  })
}
