import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import { runRequest } from '../../support/requests.ts'

describe('a deployment of DataZone with the older API', () => {
  let system: LocalSystem
  beforeAll(async () => {
    system = await openSystem({
      assets: ['one-type', 'two-types', 'unknown-type', 'regenerated'].map((id) => ({ id })),
      datazone: { medianMs: 600, apiGeneration: 'older' },
    })
  })
  afterAll(() => system?.close())

  const ended = (assetId: string, count: number) =>
    system.sweepUntil(() => expect(system.endingsOf(assetId)).toHaveLength(count))

  test('P1: runs descriptions once, however often they are requested', async () => {
    const body = runRequest('one-type')
    await system.send(body, body, { ...body, requestId: 'another' })
    await ended('one-type', 1)
    await system.untilIdle()
    expect(system.runsOf('one-type')).toHaveLength(1)
    expect(system.endingsOf('one-type')).toMatchObject([{ data: { status: 'SUCCEEDED' } }])
  })

  test('P2: runs one type of two, and rejects the other with the reason', async () => {
    await system.send(runRequest('two-types', { types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] }))
    await ended('two-types', 2)
    expect(system.runsOf('two-types').map(({ types }) => types)).toEqual([['BUSINESS_DESCRIPTIONS']])
    const endings = system.endingsOf('two-types').map(({ data }) => data)
    expect(endings.toSorted((left, right) => (left.status < right.status ? -1 : 1))).toMatchObject([
      {
        status: 'REJECTED',
        error: { name: 'UnsupportedType', message: expect.stringContaining('older API') },
      },
      { status: 'SUCCEEDED', types: ['BUSINESS_DESCRIPTIONS'] },
    ])
  })

  test('P2: rejects types that the older API does not know', async () => {
    await system.send(runRequest('unknown-type', { types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] }))
    await ended('unknown-type', 1)
    expect(system.runsOf('unknown-type')).toEqual([])
    expect(system.endingsOf('unknown-type')).toMatchObject([
      { data: { status: 'REJECTED', error: { name: 'UnsupportedType' } } },
    ])
  })

  test('makes another run for a request to regenerate', async () => {
    await system.send(runRequest('regenerated'))
    await ended('regenerated', 1)
    await system.send(runRequest('regenerated', { requestId: 'again', regenerate: true }))
    await ended('regenerated', 2)
    expect(system.runsOf('regenerated')).toHaveLength(2)
  })
})
