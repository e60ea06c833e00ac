import { describe, expect, test } from 'vitest'
import { settingsSchema } from '../../../local/datazone/input/settings.ts'
import { UsageError } from '../../../local/flags.ts'
import { catalogueFrom } from '../../../local/simulator-catalogue.ts'
import { simulatorFlags, simulatorUsage } from '../../../local/simulator-flags.ts'

describe('simulatorFlags', () => {
  test('returns the sample catalogue and the default port without flags', () => {
    expect(simulatorFlags([])).toEqual({
      port: 4599,
      seed: 1,
      assets: 24,
      catalogue: undefined,
      settings: settingsSchema.parse({}),
      eventsTo: undefined,
      help: false,
    })
  })

  test('accepts every flag and any setting', () => {
    const text =
      '--port 0 --seed 7 --speed 2.5 --catalogue a.json --list-order random --set failureShare=0.3 ' +
      '--set eventPayload=both --set pageTokenLifeMs=null --set monthlyQuota={"BUSINESS_NAMES":3} ' +
      '--events-to http://127.0.0.1:4010'
    expect(simulatorFlags(text.split(' '))).toMatchObject({
      port: 0,
      seed: 7,
      catalogue: 'a.json',
      settings: {
        speed: 2.5,
        listOrder: 'random',
        failureShare: 0.3,
        eventPayload: 'both',
        pageTokenLifeMs: null,
        monthlyQuota: { BUSINESS_NAMES: 3 },
      },
      eventsTo: new URL('http://127.0.0.1:4010'),
    })
  })

  test.each([
    ['--prot 1', 'the flags are --port'],
    ['stray', 'the flags are --port'],
    ['--port x', '--port takes a whole number from 0 to 65535'],
    ['--port 65536', '--port takes a whole number from 0 to 65535'],
    ['--assets -1', "Option '--assets' argument is ambiguous; the flags are"],
    ['--seed 1.5', '--seed takes a whole number'],
    ['--speed 0', 'speed: '],
    ['--speed fast', 'speed: '],
    ['--list-order upwards', 'listOrder: '],
    ['--profile nowhere.json', '--profile: nowhere.json cannot be read'],
    ['--set failureShare=2', 'failureShare: '],
    ['--set now=1', 'now: unknown field; the fields are startBucket, '],
    ['--set failureShare', '--set takes name=value'],
    ['--events-to nowhere', '--events-to takes an endpoint'],
    ['--events-to ftp://bus', '--events-to takes an endpoint'],
    ['--catalogue a --assets 1', 'exclude each other'],
  ])('refuses %s in one line', (text, message) => {
    const read = () => simulatorFlags(text.split(' '))
    expect(read).toThrow(UsageError)
    expect(read).toThrow(message)
    expect(read).not.toThrow('\n')
  })
})

describe('simulatorUsage', () => {
  test('names every flag', () => {
    const flags = ['port', 'seed', 'speed', 'assets', 'catalogue', 'list-order', 'set', 'events-to', 'help']
    for (const flag of flags) expect(simulatorUsage).toContain(`--${flag}`)
  })
})

describe('catalogueFrom', () => {
  test('names the file of an unreadable catalogue in one line', async () => {
    await expect(catalogueFrom('nothing.json')).rejects.toThrow(/^--catalogue: nothing\.json cannot be read/)
    await expect(catalogueFrom('README.md')).rejects.toThrow(
      /^--catalogue: README\.md cannot be read as JSON/,
    )
  })
})
