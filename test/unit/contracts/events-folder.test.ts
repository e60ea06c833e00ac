import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generatedFiles } from '../../../events/generate.ts'
import { parseWith } from '../../../lib/contracts/problems.ts'
import { parseQueueMessage } from '../../../lib/contracts/queue-message.ts'
import { detailType, RunEventDetail } from '../../../lib/contracts/run-event.ts'
import { endings } from '../../../lib/run/run.ts'

const folder = join(import.meta.dirname, '../../../events')
const generated = generatedFiles()
const statuses = [...endings, 'STARTED' as const, 'SKIPPED' as const, 'DUPLICATE' as const]
/** The detail-types of both kinds of run. */
const detailTypes = [
  ...statuses.map((status) => detailType(status)),
  ...statuses.map((status) => detailType(status, 'DATA_SOURCE')),
]
const samples = Object.entries(generated).filter(([path]) => path.startsWith('samples/'))

/** The samples that senders put on the request queue, by kind; all others are events that the service sends. */
const received: Readonly<Record<string, string>> = {
  'samples/run-request.json': 'request',
  'samples/data-source-run-request.json': 'request',
  'samples/cancel-request.json': 'cancel',
  'samples/data-source-cancel-request.json': 'cancel',
  'samples/asset-added-to-catalog.json': 'request',
}

describe('events/', () => {
  const drift = 'events/ differs from lib/contracts: run npm run events and commit the result'

  test.each(Object.keys(generated))('holds %s as the code writes it', async (path) => {
    expect(await readFile(join(folder, path), 'utf8'), drift).toBe(generated[path])
  })

  test('holds no file that the code does not write', async () => {
    const onDisk = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.json'))
    expect(onDisk.toSorted(), drift).toEqual(Object.keys(generated).toSorted())
  })
})

describe('samples', () => {
  test.each(samples.filter(([path]) => !Object.hasOwn(received, path)))(
    'conforms to the schema of events: %s',
    (_path, text) => {
      const { detail, 'detail-type': type } = JSON.parse(text)
      expect(parseWith(RunEventDetail, detail)).toMatchObject({ ok: true })
      expect(detailTypes).toContain(type)
    },
  )

  test('covers every detail-type', () => {
    const shown = samples.map(([, text]) => JSON.parse(text)['detail-type'])
    for (const type of detailTypes) expect(shown).toContain(type)
  })

  test.each(Object.entries(received))('is read from the request queue: %s as a %s', (path, kind) => {
    expect(parseQueueMessage(generated[path] ?? '', Date.parse('2030-01-01T00:00:00Z'))).toMatchObject({
      kind,
    })
  })
})
