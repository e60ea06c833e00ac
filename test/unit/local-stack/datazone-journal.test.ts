import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDataZoneJournal } from '../../../local/data-dir/datazone-journal.ts'
import { sampleWithDataSources } from '../../../local/simulator-catalogue.ts'

const catalogue = sampleWithDataSources(24)
const startMs = Date.parse('2026-11-20T02:14:00Z')
const domainIdentifier = 'dzd_sample1234567'

describe('openDataZoneJournal', () => {
  let directory: string
  beforeEach(async () => {
    vi.useFakeTimers({ now: startMs, toFake: ['Date'] })
    directory = await mkdtemp(join(tmpdir(), 'journal-'))
  })
  afterEach(async () => {
    vi.useRealTimers()
    await rm(directory, { recursive: true })
  })

  const open = () => openDataZoneJournal(directory, { seed: 1, failureShare: 0.3, startRatePerSecond: 10 })
  const journalFile = async () => {
    const [name = '', ...more] = await readdir(directory)
    expect(more).toEqual([])
    return join(directory, name)
  }
  const start = ({ datazone }: ReturnType<typeof open>, assetId: string, clientToken: string) =>
    datazone.call('StartMetadataGenerationRun', {
      domainIdentifier,
      owningProjectIdentifier: catalogue.domains[0]?.assets.find(({ id }) => id === assetId)?.projectId,
      target: { type: 'ASSET', identifier: assetId },
      types: ['BUSINESS_DESCRIPTIONS'],
      clientToken,
    })

  /** Uses the simulator for a few minutes: calls, faults drawn from the seed, refusals, a moved clock and taken events. */
  const use = (journal: ReturnType<typeof open>) => {
    const { datazone } = journal
    datazone.control.loadCatalogue(catalogue)
    datazone.control.setFaults([
      { kind: 'error', error: 'ThrottlingException', probability: 0.4, forMs: 60_000 },
      { kind: 'lateEffect', delayMs: 30_000, operation: 'StartMetadataGenerationRun', times: 1 },
    ])
    for (const [index, { id }] of catalogue.domains[0]?.assets.slice(0, 20).entries() ?? []) {
      vi.setSystemTime(Date.now() + 40)
      start(journal, id, `token-${index}`)
      datazone.call('ListMetadataGenerationRuns', { domainIdentifier })
    }
    datazone.control.advanceClock({ advanceMs: 45_000 })
    expect(() => datazone.control.changeSettings({ failureShare: 2 })).toThrow('failureShare')
    vi.setSystemTime(Date.now() + 20_000)
    datazone.control.takeEvents()
    start(journal, 'tpcds_item', 'last')
  }

  test('restores every run, fault, counted call and pending event of a process that was killed', () => {
    const first = open()
    expect(first.isRestored).toBe(false)
    use(first)
    const before = first.datazone.control.state()
    const second = open()
    expect(second.isRestored).toBe(true)
    expect(second.datazone.control.state()).toEqual(before)
    expect(second.datazone.control.takeEvents()).toEqual(first.datazone.control.takeEvents())
  })

  test('continues from a file that ends in the middle of a line', async () => {
    const first = open()
    use(first)
    const runs = first.datazone.control.runs()
    const path = await journalFile()
    await truncate(path, (await readFile(path)).length - 20)
    const second = open()
    expect(second.datazone.control.runs()).toEqual(runs.slice(0, -1))
    expect(start(second, 'tpcds_item', 'again')).toMatchObject({ outcome: 'ok' })
    expect(open().datazone.control.runs()).toHaveLength(runs.length)
  })

  test('replays no calls after it was closed', async () => {
    const first = open()
    use(first)
    const before = first.datazone.control.state()
    first.close()
    expect((await readFile(await journalFile(), 'utf8')).trim().split('\n')).toHaveLength(1)
    expect(open().datazone.control.state()).toEqual(before)
  })

  test('moves the clock to the present, so that runs end while the stack is stopped', () => {
    const first = open()
    first.datazone.control.loadCatalogue(catalogue)
    start(first, 'tpcds_item', 'one')
    vi.setSystemTime(startMs + 3_600_000)
    const { control } = open().datazone
    expect(control.clock()).toEqual({ clockMs: startMs + 3_600_000 })
    expect(control.runs().map(({ status }) => status)).not.toContain('SUBMITTED')
  })

  test('replaces a journal that has outgrown its state', async () => {
    const first = open()
    first.datazone.control.loadCatalogue(catalogue)
    const padding = 'x'.repeat(1_000_000)
    for (let call = 0; call < 6; call += 1)
      first.datazone.call('ListMetadataGenerationRuns', { domainIdentifier, padding })
    expect((await readFile(await journalFile())).length).toBeLessThan(3_000_000)
    expect(open().datazone.control.state()).toEqual(first.datazone.control.state())
  })
})
