import { describe, expect, test } from 'vitest'
import { createDataZone } from '../../../../../local/datazone/datazone.ts'
import { errorOf, storeSales, testWorld } from '../test-world.ts'

describe('loadCatalogue', () => {
  test('refuses an invalid catalogue, names its field, and keeps the loaded one', () => {
    const world = testWorld()
    const asset = { id: 'a', projectId: 'p', name: 'A', typeIdentifier: 'T', columns: [] }
    const load = (domain: object) => () =>
      world.control.loadCatalogue({
        domains: [{ id: 'dzd_a', projects: [{ id: 'p', name: 'P' }], assets: [], ...domain }],
      })
    expect(load({ id: 'domain' })).toThrow(/domains\[0\]\.id: .*DomainId/)
    expect(load({ assets: [{ ...asset, projectId: 'q' }] })).toThrow(/assets\[0\]\.projectId: 'q'.*add it/)
    expect(load({ assets: [asset, asset] })).toThrow(/assets\[1\]\.id: duplicate id 'a'/)
    const project = { id: 'p', name: 'P' }
    expect(load({ projects: [project, project] })).toThrow(/projects\[1\]\.id: duplicate id 'p'/)
    const source = { id: 's', projectId: 'p', name: 'S' }
    expect(load({ dataSources: [source, source] })).toThrow(/dataSources\[1\]\.id: duplicate id 's'/)
    const domains = [1, 2].map(() => ({ id: 'dzd_a', projects: [project], assets: [asset] }))
    expect(() => world.control.loadCatalogue({ domains })).toThrow(/domains\[1\]\.id: duplicate id 'dzd_a'/)
    expect(load({ assets: [{ ...asset, id: 'a b' }] })).toThrow(/assets\[0\]\.id/)
    expect(errorOf(world.asset(storeSales))).toBe('ok')
  })
})

describe('createDataZone', () => {
  test('refuses an invalid setting and names it', () => {
    const make = (settings: object) => () => createDataZone({ seed: 1, now: () => 0, ...settings })
    expect(make({ speed: 0 })).toThrow(/speed/)
    expect(make({ failureShare: 0.9, partialShare: 0.2 })).toThrow(/add up to more than 1/)
    expect(make({ sped: 2 })).toThrow(/sped/)
  })
})
