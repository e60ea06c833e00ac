import { describe, expect, test } from 'vitest'
import { dataZoneWith, fatesOf, hint, run, settle } from '../../../support/hints.ts'
import { claimedRun, endedRun, parkedRun, t0 } from '../../../support/runs.ts'

describe('a hint that names its asset', () => {
  const about = hint({ ids: ['asset-1'] })

  test('is about the active run of that asset', async () => {
    const result = await settle([about], [run(1), run(2)], dataZoneWith({ 'run-1': 'SUCCEEDED' }))
    expect(result.calls).toEqual(['Get run-1'])
    expect(fatesOf(result)).toEqual(['asset settled'])
  })

  test.each([
    ['claimed', claimedRun()],
    ['parked with an earlier Start', parkedRun({ earlierStart: { firstAtMs: t0, lastAtMs: t0 } })],
  ])('is early while the run is only %s, whatever its run id', async (_, given) => {
    const result = await settle([about, hint({ ids: ['run-9', 'asset-1'] })], [given], {})
    expect(fatesOf(result)).toEqual(['asset early', 'asset early'])
  })

  test('is known when no run of that asset is active', async () => {
    const result = await settle([about], [endedRun({ announcedAtMs: t0 })], {})
    expect(fatesOf(result)).toEqual(['asset known'])
  })
})
