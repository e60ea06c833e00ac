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
})
