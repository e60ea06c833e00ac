import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { metricName } from '../../functions/metric-name.ts'
import { endings, parkReasons } from '../../lib/run/run.ts'
import type { RequestOutcome } from '../../lib/usecases/outcome.ts'
import type { HintAddress, HintFate } from '../../lib/usecases/settle-hints.ts'

const root = join(import.meta.dirname, '..', '..')
const page = await readFile(join(root, 'docs', 'OPERATIONS.md'), 'utf8')

const outcomes: Record<RequestOutcome['outcome'], true> = {
  started: true,
  extra: true,
  duplicate: true,
  parked: true,
  planned: true,
  rejected: true,
  skipped: true,
  canceled: true,
  'cancel-asked': true,
  'cancel-too-late': true,
  'nothing-to-cancel': true,
  retry: true,
}
const fates: Record<HintFate, true> = {
  settled: true,
  known: true,
  early: true,
  active: true,
  followed: true,
  undecided: true,
  accepted: true,
}
const addresses: Record<HintAddress, true> = {
  run: true,
  asset: true,
  source: true,
  domain: true,
  nothing: true,
}

/** What the functions count by a name that stands in their code. */
const namedOutright = async (): Promise<readonly string[]> => {
  const folder = join(root, 'functions')
  const files = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')))
  return files.flatMap((text) => [...text.matchAll(/count\('([a-z-]+)'/g)].map(([, name = '']) => name))
}

test('docs/OPERATIONS.md has every metric', async () => {
  const outright = await namedOutright()
  expect(outright).toContain('sweep-denied')
  const metrics = [
    ...outright,
    ...Object.keys(outcomes).map((outcome) => `request-${outcome}`),
    ...Object.keys(fates).map((fate) => `hint-${fate}`),
    ...Object.keys(addresses).map((address) => `hint-by-${address}`),
    ...parkReasons.map((reason) => metricName('parked', reason)),
    // Nobody sweeps for it: the starter's own outcome counts it.
    ...endings.filter((ending) => ending !== 'REJECTED').map((ending) => metricName('run', ending)),
  ]
  expect(metrics.filter((metric) => !page.includes(`\`${metric}\``))).toEqual([])
})

test('docs/OPERATIONS.md says of every alarm what to do, and of no other', async () => {
  const template = await readFile(join(root, 'infra', 'alarms.yml'), 'utf8')
  const alarms = [...template.matchAll(/AlarmName: \S+\}-([a-z-]+)$/gm)].map(([, name]) => name)
  const section = page.slice(page.indexOf('| alarm |'), page.indexOf('## Redrive'))
  const rows = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name)
  expect(alarms.length).toBeGreaterThan(4)
  expect(rows.toSorted()).toEqual(alarms.toSorted())
})
