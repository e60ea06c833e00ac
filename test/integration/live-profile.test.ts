import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordProfile } from '../../cli/doctor/record-profile.ts'
import { sampleDomainId } from '../../local/catalogue/catalogue.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { profileFrom, settingsOfProfile } from '../../local/datazone/input/profile.ts'
import type { SettingsInput } from '../../local/datazone/input/settings.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'

const asset = {
  domainId: sampleDomainId,
  projectId: 'refdataproj001',
  assetId: 'tpcds_store',
  revision: '1',
}

/** Makes runs so long that every check is made while the run is active. */
const active = { medianMs: 5000, sigma: 0, failureShare: 0 }

describe('recordProfile', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'profile-'))
    file = join(folder, 'profile.json')
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** Records the profile of a simulator with these settings, and returns how many runs the simulator has afterwards. */
  const record = async (settings: SettingsInput, spends: boolean): Promise<number> => {
    const server = await startDataZoneServer({ ...active, ...settings, seed: 'live' })
    try {
      server.datazone.control.loadCatalogue(sampleWithDataSources(24))
      const local = {
        datazone: server.endpoint,
        dynamodb: '',
        sqs: '',
        eventbridge: '',
        region: 'us-east-1',
      }
      const names = { tableName: '', requestQueueUrl: '', deadLetterQueueUrl: '', rejectedQueueUrl: '' }
      const location = { ...names, eventBusName: '', local }
      await recordProfile(file, location, {
        domainId: sampleDomainId,
        listenMs: 0,
        timeoutMs: 60_000,
        quiet: true,
        ...(spends ? { spend: asset } : {}),
      })
      return server.datazone.control.runs().length
    } finally {
      await server.stop()
    }
  }

  test('starts no run unless `spend` allows it', async () => {
    expect(await record({}, false)).toBe(0)
    expect(profileFrom(file)).toMatchObject({
      list: { order: null, lagMs: null },
      errors: { unknownRun: 'ResourceNotFoundException', cancelEnded: null },
      start: { sameToken: null, otherRequest: null, whileActive: null },
    })
  })

  test('records, with one run, how DataZone differs from the assumptions, without any id or name', async () => {
    const settings = {
      conflictBeforeToken: true,
      cancelEnded: 'ValidationException',
      listLagMs: 600,
    } as const
    expect(await record(settings, true)).toBe(1)
    const recorded = settingsOfProfile(profileFrom(file))
    expect(recorded).toMatchObject({
      conflictBeforeToken: true,
      conflictWhileRunning: true,
      cancelEnded: 'ValidationException',
    })
    expect(recorded.listLagMs).toBeGreaterThan(0)
    const text = await readFile(file, 'utf8')
    for (const secret of [...Object.values(asset), 'store', 'dzrun-doctor', '000000000000'])
      if (secret !== '1') expect(text).not.toContain(secret)
  })

  test('records the same profile from a simulator with the settings of that profile', async () => {
    await record({ tokenMismatch: 'replay' }, true)
    const first = profileFrom(file)
    await record(settingsOfProfile(first), true)
    const { start, errors } = profileFrom(file)
    expect({ start, errors }).toEqual({ start: first.start, errors: first.errors })
    expect(start.otherRequest).toBe('same-run')
  })
})
