import { describe, expect, test } from 'vitest'
import { parseInput } from '../../../../../local/datazone/input/parse-input.ts'
import {
  type Profile,
  profileSchema,
  settingsOfProfile,
} from '../../../../../local/datazone/input/profile.ts'
import { settingsSchema } from '../../../../../local/datazone/input/settings.ts'

const nothing: Profile = {
  version: 1,
  recordedAt: '2026-11-20T02:14:00Z',
  list: { order: null, runsSeen: 0, lagMs: null, unrecognizedStatuses: [] },
  errors: { unknownRun: null, cancelEnded: null },
  start: { sameToken: null, otherRequest: null, whileActive: null },
  events: {},
}

const generation = (metadata: Profile['events'][string]['metadata'], data = {}) => ({
  ...nothing,
  events: { 'Metadata Generation Succeeded': { seen: 1, metadata, data } },
})

describe('settingsOfProfile', () => {
  test('changes nothing for what was not seen', () => {
    expect(settingsOfProfile(nothing)).toEqual({})
  })

  test.each<[object, Profile]>([
    [
      { listOrder: 'oldest', listLagMs: 900 },
      { ...nothing, list: { ...nothing.list, order: 'oldest', lagMs: 900 } },
    ],
    [{ listOrder: 'random' }, { ...nothing, list: { ...nothing.list, order: 'other' } }],
    [
      { conflictBeforeToken: true, conflictWhileRunning: true },
      {
        ...nothing,
        start: { sameToken: 'ConflictException', otherRequest: null, whileActive: 'ConflictException' },
      },
    ],
    [
      { conflictBeforeToken: false, tokenMismatch: 'replay', conflictWhileRunning: false },
      { ...nothing, start: { sameToken: 'same-run', otherRequest: 'same-run', whileActive: 'another-run' } },
    ],
    [
      { conflictBeforeToken: false, tokenMemoryMs: 0, tokenMismatch: 'ConflictException' },
      {
        ...nothing,
        start: { sameToken: 'another-run', otherRequest: 'ConflictException', whileActive: null },
      },
    ],
    [
      { cancelEnded: 'ValidationException' },
      { ...nothing, errors: { unknownRun: null, cancelEnded: 'ValidationException' } },
    ],
    [{ eventPayload: 'run-id' }, generation({ id: 'run-id' })],
    [{ eventPayload: 'asset-id' }, generation({ id: 'asset-id' })],
    [{ eventPayload: 'both' }, generation({ id: 'run-id' }, { assetId: 'asset-id' })],
    [{ eventPayload: 'domain-only' }, generation({ domain: 'domain-id' })],
    [
      {
        publishedEventProject: 'missing',
        sourceEventShape: 'sparse',
        olderEvents: true,
        sourceStatusEvents: true,
      },
      {
        ...nothing,
        events: {
          'Asset Added To Catalog': { seen: 1, metadata: {}, data: {} },
          'Data Source Run Succeeded': { seen: 1, metadata: { version: 'number' }, data: {} },
          'Business Name Generation Succeeded': { seen: 1, metadata: {}, data: {} },
          'Data Source Run Complete': { seen: 1, metadata: {}, data: {} },
        },
      },
    ],
  ])('makes %j of what was recorded', (settings, profile) => {
    expect(settingsOfProfile(parseInput('a profile', profileSchema, profile))).toEqual(settings)
    expect(settingsSchema.safeParse(settingsOfProfile(profile)).success).toBe(true)
  })
})

describe('a profile', () => {
  test.each<[string, object]>([
    ['version: ', { ...nothing, version: 2 }],
    ['account: unknown field', { ...nothing, account: '123456789012' }],
    ['list.order: ', { ...nothing, list: { ...nothing.list, order: 'dzd_secret1' } }],
    [
      'errors.unknownRun: must be the name of an error',
      { ...nothing, errors: { unknownRun: 'run a-1', cancelEnded: null } },
    ],
    [
      'list.unrecognizedStatuses[0]: ',
      { ...nothing, list: { ...nothing.list, unrecognizedStatuses: ['team 1'] } },
    ],
    ['events', { ...nothing, events: { 'arn:aws:123456789012': { seen: 1, metadata: {}, data: {} } } }],
    ['events', { ...nothing, events: { 'Run Ended': { seen: 1, metadata: { id: 'a5b6' }, data: {} } } }],
    [
      'events',
      { ...nothing, events: { 'Run Ended': { seen: 1, metadata: { 'id-1': 'string' }, data: {} } } },
    ],
  ])('admits no other text: %s', (message, given) => {
    expect(() => parseInput('the profile', profileSchema, given)).toThrow(message)
  })
})
