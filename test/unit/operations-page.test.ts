import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sentMetrics } from '../support/sent-metrics.ts'

const root = join(import.meta.dirname, '..', '..')
const page = await readFile(join(root, 'docs', 'OPERATIONS.md'), 'utf8')

describe('docs/OPERATIONS.md', () => {
  test('lists every metric', async () => {
    const metrics = await sentMetrics()
    expect(metrics).toContain('sweep-denied')
    expect(metrics.filter((metric) => !page.includes(`\`${metric}\``))).toEqual([])
  })

  test('lists every alarm and no other', async () => {
    const template = await readFile(join(root, 'infra', 'alarms.yml'), 'utf8')
    const alarms = [...template.matchAll(/AlarmName: \S+\}-([a-z-]+)$/gm)].map(([, name]) => name)
    const section = page.slice(page.indexOf('| alarm |'), page.indexOf('## Redrive'))
    const rows = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name)
    expect(alarms.length).toBeGreaterThan(4)
    expect(rows.toSorted()).toEqual(alarms.toSorted())
  })
})
