import { DataZoneClient, StartMetadataGenerationRunCommand } from '@aws-sdk/client-datazone'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMoto } from '../../support/engines.ts'
import { eventually } from '../../support/eventually.ts'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import { domainId, projectId, publishedEvent, runRequest } from '../../support/requests.ts'

const allTypes = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'] as const

describe.skipIf(isMoto)('a stack that makes several runs of one asset', () => {
  let system: LocalSystem
  beforeAll(async () => {
    system = await openSystem({
      assets: ['regenerated', 'three-types', 'revised', 'repeated'].map((id) => ({ id })),
      datazone: { medianMs: 600 },
    })
  })
  afterAll(() => system?.close())

  const ended = (assetId: string, count: number) =>
    system.sweepUntil(() => expect(system.endingsOf(assetId)).toHaveLength(count))

  test('starts one more attempt for each request to regenerate', async () => {
    await system.send(runRequest('regenerated'))
    await ended('regenerated', 1)
    const again = runRequest('regenerated', { requestId: 'again', regenerate: true })
    await system.send(again, again)
    await ended('regenerated', 2)
    await system.send(again)
    await system.untilIdle()
    const runs = system.runsOf('regenerated')
    expect(runs).toHaveLength(2)
    expect(new Set(runs.map(({ clientToken }) => clientToken)).size).toBe(2)
    expect(await system.recordsOf('regenerated')).toMatchObject([
      { attempt: 1, state: 'ENDED', runId: runs[0]?.id },
      { attempt: 2, state: 'ENDED', runId: runs[1]?.id },
    ])
    expect(new Set(system.endingsOf('regenerated').map(({ metadata }) => metadata.id)).size).toBe(2)
  })

  test('splits three types into two consecutive runs', async () => {
    await system.send(runRequest('three-types', { types: [...allTypes] }))
    await ended('three-types', 2)
    const [first, second, ...others] = system.runsOf('three-types')
    expect(others).toEqual([])
    expect(first?.types).toEqual(['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'])
    expect(second?.types).toEqual(['BUSINESS_GLOSSARY_ASSOCIATIONS'])
    expect(second?.createdAtMs).toBeGreaterThanOrEqual(first?.endsAtMs ?? Number.POSITIVE_INFINITY)
    const records = await system.recordsOf('three-types')
    expect(records.flatMap(({ history }) => history.map(({ what }) => what))).not.toContainEqual(
      expect.stringContaining('CONFLICT'),
    )
  })

  test('starts a newer revision after the active run, without a conflict at DataZone', async () => {
    system.stack.publishServiceEvent(publishedEvent('revised', 'first'))
    await eventually(() => expect(system.runsOf('revised')).toHaveLength(1))
    system.control.addRevision({ domainId, assetId: 'revised' })
    system.stack.publishServiceEvent(publishedEvent('revised', 'second'))
    await ended('revised', 2)
    const [first, second, ...others] = system.runsOf('revised')
    expect(others).toEqual([])
    expect([first?.revision, second?.revision]).toEqual(['1', '2'])
    expect(second?.createdAtMs).toBeGreaterThanOrEqual(first?.endsAtMs ?? Number.POSITIVE_INFINITY)
    expect(system.control.calls().counts['StartMetadataGenerationRun']).not.toHaveProperty(
      'ConflictException',
    )
  })

  test('makes one run of a revision that is published and requested repeatedly', async () => {
    for (const id of ['a', 'b', 'a']) system.stack.publishServiceEvent(publishedEvent('repeated', id))
    await system.send(
      runRequest('repeated'),
      runRequest('repeated', { asset: { id: 'repeated', revision: '1' } }),
    )
    await ended('repeated', 1)
    for (const id of ['a', 'b', 'c']) system.stack.publishServiceEvent(publishedEvent('repeated', id))
    await system.sweepUntil(async () => {
      await system.untilIdle()
      const states = (await system.recordsOf('repeated')).map(({ state }) => state)
      expect(states).toEqual(['ENDED'])
    })
    expect(system.runsOf('repeated')).toHaveLength(1)
    expect(system.endingsOf('repeated')).toHaveLength(1)
  })
})

describe('a foreign run', () => {
  let system: LocalSystem
  beforeAll(async () => {
    system = await openSystem({ assets: [{ id: 'busy' }] })
  })
  afterAll(() => system?.close())

  /** Sets how long runs of the asset take that start from now on. */
  const runsTake = (durationMs: number) =>
    system.control.setOutcomes([{ target: 'busy', outcome: 'succeeded', durationMs }])

  test('delays our run and is neither adopted nor announced', async () => {
    // Long enough that the starter meets the foreign run, even on a busy machine.
    runsTake(10_000)
    const otherCaller = new DataZoneClient({
      ...system.stack.connect('datazone'),
      endpoint: system.datazoneEndpoint,
    })
    await otherCaller.send(
      new StartMetadataGenerationRunCommand({
        domainIdentifier: domainId,
        owningProjectIdentifier: projectId,
        target: { type: 'ASSET', identifier: 'busy', revision: '1' },
        types: ['BUSINESS_DESCRIPTIONS'],
      }),
    )
    otherCaller.destroy()
    runsTake(500)
    await system.send(runRequest('busy'))
    await system.sweepUntil(() => expect(system.endingsOf('busy')).toHaveLength(1))
    const [foreign, ours, ...others] = system.runsOf('busy')
    expect(others).toEqual([])
    expect(ours?.createdAtMs).toBeGreaterThanOrEqual(foreign?.endsAtMs ?? Number.POSITIVE_INFINITY)
    const [record] = await system.recordsOf('busy')
    expect(record).toMatchObject({ state: 'ENDED', runId: ours?.id })
    expect(record?.history.map(({ what }) => what)).toContain('parked: CONFLICT (ConflictException)')
  })
})
