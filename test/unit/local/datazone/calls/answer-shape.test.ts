import { describe, expect, test } from 'vitest'
import { serialize } from '../../../../../local/datazone/http/rest-json.ts'
import type { SettingsInput } from '../../../../../local/datazone/input/settings.ts'
import { glue, outputOf, storeSales, testWorld } from '../test-world.ts'

const ended = (settings: Partial<SettingsInput>) => {
  const world = testWorld(settings)
  const older = settings.apiGeneration === 'older' ? { type: 'BUSINESS_DESCRIPTIONS', types: undefined } : {}
  const started = outputOf(world.start(storeSales, older))
  world.clock.ms += 3_600_000
  const list = (status?: string) => outputOf(world.list(status === undefined ? {} : { status })).items
  return { world, started, got: outputOf(world.get(started.id)), list }
}

describe('answer shapes', () => {
  test('answers one type in the older API, without types and typeStats', () => {
    const { started, got, list } = ended({ apiGeneration: 'older' })
    for (const run of [started, got, list()[0]]) {
      expect(run).toMatchObject({ type: 'BUSINESS_DESCRIPTIONS', id: started.id })
      expect(Object.keys(run ?? {})).not.toContain('types')
      expect(Object.keys(run ?? {})).not.toContain('typeStats')
    }
    expect(got.status).toBe('SUCCEEDED')
  })

  test('answers a partial success as a failure in the older API, in Get and in List', () => {
    const { got, list } = ended({ apiGeneration: 'older', partialShare: 1 })
    expect(got.status).toBe('FAILED')
    expect(list('FAILED')).toHaveLength(1)
    expect(() => list('PARTIALLY_SUCCEEDED')).toThrow("Value at 'status'")
  })

  test('omits the lineage of a data source run in the older API', () => {
    const world = testWorld({ apiGeneration: 'older' })
    const { id } = outputOf(world.startSource(glue))
    const shown = () => [outputOf(world.getSource(id)), ...outputOf(world.listSource(glue)).items]
    world.clock.ms += 3_600_000
    for (const run of shown()) {
      expect(run.status).toBe('SUCCESS')
      expect(Object.keys(run)).not.toContain('lineageSummary')
    }
    world.control.changeSettings({ apiGeneration: 'current' })
    for (const run of shown()) expect(run.lineageSummary).toEqual({ importStatus: 'SUCCESS' })
  })

  test('adds unknown fields to every structure of an answer, also on the wire, only while the setting is on', () => {
    const added = { addedByALaterVersion: { since: 'the future' } }
    const { world, started, got } = ended({ unknownFields: true })
    expect(started).toMatchObject(added)
    expect(got).toMatchObject({ ...added, target: added, typeStats: [added, added] })
    expect(outputOf(world.list())).toMatchObject({ ...added, items: [{ ...added, target: added }] })
    const source = outputOf(world.startSource(glue))
    world.clock.ms += 3_600_000
    expect(outputOf(world.getSource(source.id))).toMatchObject({ ...added, runStatisticsForAssets: added })
    expect(serialize('GetMetadataGenerationRunOutput', got)).toMatchObject({ ...added, target: added })
    world.control.changeSettings({ unknownFields: false })
    expect(JSON.stringify(outputOf(world.get(started.id)))).not.toContain('addedByALaterVersion')
    expect(JSON.stringify(outputOf(world.getSource(source.id)))).not.toContain('addedByALaterVersion')
  })

  test('shows an unknown type of a run, with its state, when unknownTypeShare is set', () => {
    const { started, got, list } = ended({ unknownTypeShare: 1 })
    const types = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_METRICS']
    expect([started.types, got.types, list()[0]?.types]).toEqual([types, types, types])
    expect(got.typeStats?.at(-1)).toEqual({ type: 'BUSINESS_METRICS', status: 'SUCCEEDED' })
  })
})
