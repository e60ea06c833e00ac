import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { faultsSchema } from '../../../../local/datazone/calls/fault-schema.ts'
import { answerControl } from '../../../../local/datazone/http/control-api.ts'
import { settingsSchema } from '../../../../local/datazone/input/settings.ts'
import { simulatorFlags } from '../../../../local/simulator-flags.ts'
import { testWorld } from './test-world.ts'

const page = readFileSync('docs/SIMULATOR.md', 'utf8')

/** The first two cells of each table row whose first cell is in backquotes. */
const rows = [...page.matchAll(/^\| `([^`]+)` \|([^|]*)\|/gm)].map(([, name = '', second = '']) => [
  name,
  second.trim(),
])

describe('docs/SIMULATOR.md', () => {
  test('lists exactly the settings, with their defaults', () => {
    const defaults = settingsSchema.parse({})
    const documented = rows.filter(([name]) => /^[a-z]+[A-Z]\w+$|^speed$|^sigma$/.test(name ?? ''))
    const kinds = ['errorAfterEffect', 'lostAnswer', 'lateEffect', 'unreadable', 'raw']
    expect(Object.fromEntries(documented.filter(([name]) => !kinds.includes(name ?? '')))).toEqual(
      Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, JSON.stringify(value)])),
    )
  })

  test('lists exactly the routes of the control API', () => {
    const nowhere = { method: 'GET', path: '/_simulator/nowhere', query: new URLSearchParams(), body: {} }
    const { body } = answerControl(testWorld().control, nowhere)
    const [, routes = ''] = /no such route; under .* there are ([^"]*)/.exec(JSON.stringify(body)) ?? []
    const documented = rows.map(([name]) => name).filter((name) => /^[A-Z]+ /.test(name ?? ''))
    expect(documented.toSorted()).toEqual(routes.split(', ').toSorted())
  })

  test('names every kind of fault and each of its fields', () => {
    const [, section = ''] = /^## Faults\n(.*?)^## /ms.exec(page) ?? []
    const named = (name: string): boolean => section.includes(`\`${name}\``)
    for (const { shape } of faultsSchema.element.options) {
      const names = [...Object.keys(shape), ...shape.kind.values]
      expect([shape.kind.value, names.filter((name) => !named(name))]).toEqual([shape.kind.value, []])
    }
  })

  test('shows only flags that the command accepts', () => {
    const lines = [...page.matchAll(/^npm run simulator -- (.+)$/gm)].map(([, flags = '']) =>
      flags.split(' '),
    )
    expect(lines.length).toBeGreaterThan(1)
    for (const flags of lines) expect(() => simulatorFlags(flags, () => ({}))).not.toThrow()
  })

  test('shows only bodies that the control API accepts', () => {
    const sent = [...page.matchAll(/curl -X (PUT|PATCH|POST) \S*?(?:_simulator|\$S)\/(\S+) -d '(.+)'$/gm)]
    expect(sent.length).toBeGreaterThan(20)
    for (const [line, method = '', path, body = ''] of sent) {
      const world = testWorld()
      world.control.loadCatalogue({
        domains: [
          {
            id: 'dzd_sample1234567',
            projects: [{ id: 'p', name: 'P' }],
            assets: [{ id: 'tpcds_item', projectId: 'p', name: 'item', typeIdentifier: 'T', columns: [] }],
            dataSources: [{ id: 'glue_refdataproj001', projectId: 'p', name: 'Glue' }],
          },
        ],
      })
      const request = {
        method,
        path: `/_simulator/${path}`,
        query: new URLSearchParams(),
        body: JSON.parse(body),
      }
      const { status } = answerControl(world.control, request)
      expect([line, status]).toEqual([line, 200])
    }
  })
})
