import { describe, expect, test } from 'vitest'
import {
  answerEventId,
  canonicalTypes,
  clientToken,
  eventId,
  isSameSubject,
  rejectionEventId,
  runKey,
  typeSets,
} from '../../../lib/run/identity.ts'
import { endings, type MetadataSubject } from '../../../lib/run/run.ts'
import { sourceSubject } from '../../support/runs.ts'

const subject: MetadataSubject = {
  kind: 'METADATA_GENERATION',
  domainId: 'dzd_4hcuvz5s9kx7ma',
  assetId: 'c8r1d5m3k7x2ha',
  revision: '4',
  types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
}
const request = { requestKey: 'request:nightly-1' }
const run = { subject, attempt: 1, request }

const { revision: _, ...unresolved } = subject
const waiting = { subject: unresolved, attempt: 1, request }

/** Tables, DataZone and consumers hold these identifiers, so they must never change. */
describe('frozen identifiers', () => {
  test('P1: keeps the token of a Start', () => {
    expect(clientToken(subject, 1)).toBe(
      'dzrun-c8r1d5m3k7x2ha-1-9b3692775f305200b205ad048c1e05ffb2d78d004c4ac23f05580badddf6336c',
    )
  })

  test('P1: keeps the key of a record, and of a request that waits for its revision', () => {
    expect(runKey(run)).toEqual({
      partition: 'ASSET#dzd_4hcuvz5s9kx7ma#c8r1d5m3k7x2ha',
      record: 'RUN#4#BUSINESS_DESCRIPTIONS+BUSINESS_NAMES#0001',
    })
    expect(runKey(waiting)).toEqual({
      partition: 'ASSET#dzd_4hcuvz5s9kx7ma#c8r1d5m3k7x2ha',
      record: 'REQUEST#9e9bd6b8649373b9a738a500e19451753eec16891c58762f5d819e7f518b7ef8',
    })
  })

  test('P1: encodes a revision as plain ASCII without separators', () => {
    const revision = '1#BUSINESS_NAMES#0001 é%2B'
    expect(runKey({ ...run, subject: { ...subject, revision } }).record).toBe(
      'RUN#1%23BUSINESS_NAMES%230001%20%C3%A9%252B#BUSINESS_DESCRIPTIONS+BUSINESS_NAMES#0001',
    )
  })

  test('P1: keeps the token and the key of a data source run', () => {
    const source = { ...sourceSubject, triggerKey: 'load 7#é/2026-11-20' }
    expect(clientToken(source, 1)).toBe(
      'dzrun-source-1-1-8e3f2c0879eafb5cd2b6989809bf79cffc9686de6693b57923b039da53dccba0',
    )
    expect(runKey({ subject: source, attempt: 1, request })).toEqual({
      partition: 'SOURCE#dzd_orders#source-1',
      record: 'RUN#load%207%23%C3%A9%2F2026-11-20#0001',
    })
    expect(eventId({ subject: source, attempt: 1, request }, 'SUCCEEDED')).toBe(
      '98e26cfd24025a6c161ffbd4e4a9fc45ebded1f8',
    )
  })

  test('P1: keeps the key of a foreign run, which no trigger key can equal', () => {
    const { triggerKey: _, ...source } = sourceSubject
    const foreign = { ...source, foreignRunId: 'run-9' }
    expect(runKey({ subject: foreign, attempt: 1, request })).toEqual({
      partition: 'SOURCE#dzd_orders#source-1',
      record: 'FOREIGN#run-9',
    })
    expect(eventId({ subject: foreign, attempt: 1, request }, 'SUCCEEDED')).toBe(
      'b6b40adb8ce3c441a1b7b3023560217745ba2969',
    )
    expect(isSameSubject(foreign, { ...foreign })).toBe(true)
    expect(isSameSubject(foreign, { ...foreign, foreignRunId: 'run-8' })).toBe(false)
    for (const triggerKey of ['run-9', 'FOREIGN#run-9']) {
      const asked = { ...sourceSubject, triggerKey }
      expect(isSameSubject(foreign, asked) || isSameSubject(asked, foreign)).toBe(false)
      expect(runKey({ subject: asked, attempt: 1, request }).record).toMatch(/^RUN#/)
    }
  })

  test('P4: keeps the ids of events', () => {
    expect(eventId(run, 'SUCCEEDED')).toBe('3065936d4634e681e89d1226436c0805143ae4de')
    expect(eventId(waiting, 'REJECTED')).toBe('dd81cda3288903a7b60ab3ef2694782af9c1104a')
    expect(rejectionEventId('{}')).toBe('1e41cffc3d705825506f245f0f5435f74d915eed')
  })
})

test('P1, P4: ignores the order of types in tokens, records and events', () => {
  const turned = { ...run, subject: { ...subject, types: subject.types.toReversed() } }
  expect(clientToken(turned.subject, 1)).toBe(clientToken(subject, 1))
  expect(runKey(turned)).toEqual(runKey(run))
  expect(eventId(turned, 'FAILED')).toBe(eventId(run, 'FAILED'))
})

describe('eventId', () => {
  test('P4: differs for each ending of each attempt', () => {
    const ids = [1, 2].flatMap((attempt) =>
      [...endings, 'STARTED' as const].map((ending) => eventId({ ...run, attempt }, ending)),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('P4: does not depend on which request made a run with a revision', () => {
    expect(eventId({ ...run, request: { requestKey: 'event:x' } }, 'FAILED')).toBe(eventId(run, 'FAILED'))
  })

  test('P4: differs for two requests of an asset that both wait for a revision', () => {
    expect(eventId({ ...waiting, request: { requestKey: 'event:x' } }, 'REJECTED')).not.toBe(
      eventId(waiting, 'REJECTED'),
    )
  })
})

describe('typeSets', () => {
  test('splits three types into the same two runs every time', () => {
    expect(typeSets(['BUSINESS_GLOSSARY_ASSOCIATIONS', 'BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'])).toEqual([
      ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
      ['BUSINESS_GLOSSARY_ASSOCIATIONS'],
    ])
  })

  test('keeps two types together, in the order of the enum', () => {
    expect(typeSets(['BUSINESS_GLOSSARY_ASSOCIATIONS', 'BUSINESS_DESCRIPTIONS'])).toEqual([
      ['BUSINESS_DESCRIPTIONS', 'BUSINESS_GLOSSARY_ASSOCIATIONS'],
    ])
    expect(canonicalTypes(['BUSINESS_NAMES', 'BUSINESS_NAMES'])).toEqual(['BUSINESS_NAMES'])
  })
})

test('P1: compares domain, asset, revision and set of types, not their order', () => {
  expect(isSameSubject(subject, { ...subject, types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'] })).toBe(
    true,
  )
  const others: MetadataSubject[] = [
    { ...subject, domainId: 'dzd_other' },
    { ...subject, assetId: 'other' },
    { ...subject, revision: '5' },
    { ...subject, types: ['BUSINESS_DESCRIPTIONS'] },
    { ...subject, types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_GLOSSARY_ASSOCIATIONS'] },
    unresolved,
  ]
  for (const other of others) expect(isSameSubject(subject, other)).toBe(false)
})

describe('isSameSubject', () => {
  const foreign = (foreignRunId: string) => {
    const { triggerKey: _key, ...source } = sourceSubject
    return { ...source, foreignRunId }
  }

  test('compares foreign runs by their run id, and with no other subject', () => {
    expect(isSameSubject(foreign('run-1'), foreign('run-1'))).toBe(true)
    expect(isSameSubject(foreign('run-1'), foreign('run-2'))).toBe(false)
    expect(isSameSubject(foreign('run-1'), sourceSubject)).toBe(false)
    expect(isSameSubject(sourceSubject, foreign('run-1'))).toBe(false)
  })
})

test('keeps a token within the 128 characters of the service model, whatever the id', () => {
  expect(clientToken({ ...subject, assetId: 'a'.repeat(500) }, 9999).length).toBeLessThanOrEqual(128)
})

test('P4: gives each answer to a request its own event id', () => {
  const id = answerEventId('request:nightly-1', 'SKIPPED', subject, 'no rule')
  expect(id).toHaveLength(40)
  const others = [
    answerEventId('request:nightly-2', 'SKIPPED', subject, 'no rule'),
    answerEventId('request:nightly-1', 'DUPLICATE', subject, 'no rule'),
    answerEventId('request:nightly-1', 'SKIPPED', { ...subject, revision: '5' }, 'no rule'),
    answerEventId('request:nightly-1', 'SKIPPED', subject, 'repeat guard'),
  ]
  expect(new Set([id, ...others]).size).toBe(5)
  expect(answerEventId('request:nightly-1', 'SKIPPED', subject, 'no rule')).toBe(id)
})
