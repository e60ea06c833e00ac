import { describe, expect, test } from 'vitest'
import { parseInput } from '../../../../../local/datazone/input/parse-input.ts'
import {
  type Profile,
  profileSchema,
  settingsOfProfile,
} from '../../../../../local/datazone/input/profile.ts'
import { settingsSchema } from '../../../../../local/datazone/input/settings.ts'

const emptyProfile: Profile = {
  version: 1,
  recordedAt: '2026-11-20T02:14:00Z',
  list: { order: null, runsSeen: 0, lagMs: null, unrecognizedStatuses: [] },
  errors: { unknownRun: null, cancelEnded: null },
  start: { sameToken: null, otherRequest: null, whileActive: null },
  events: {},
}

const generation = (metadata: Profile['events'][string]['metadata'], data = {}) => ({
  ...emptyProfile,
  events: { 'Metadata Generation Succeeded': { seen: 1, metadata, data } },
})

describe('settingsOfProfile', () => {
  test('returns no settings for a profile that recorded nothing', () => {
    expect(settingsOfProfile(emptyProfile)).toEqual({})
  })

  test.each<[object, Profile]>([
    [
      { listOrder: 'oldest', listLagMs: 900 },
      { ...emptyProfile, list: { ...emptyProfile.list, order: 'oldest', lagMs: 900 } },
    ],
    [{ listOrder: 'random' }, { ...emptyProfile, list: { ...emptyProfile.list, order: 'other' } }],
    [
      { conflictBeforeToken: true, conflictWhileRunning: true },
      {
        ...emptyProfile,
        start: { sameToken: 'ConflictException', otherRequest: null, whileActive: 'ConflictException' },
      },
    ],
    [
      { conflictBeforeToken: false, tokenMismatch: 'replay', conflictWhileRunning: false },
      {
        ...emptyProfile,
        start: { sameToken: 'same-run', otherRequest: 'same-run', whileActive: 'another-run' },
      },
    ],
    [
      { conflictBeforeToken: false, tokenMemoryMs: 0, tokenMismatch: 'ConflictException' },
      {
        ...emptyProfile,
        start: { sameToken: 'another-run', otherRequest: 'ConflictException', whileActive: null },
      },
    ],
    [
      { cancelEnded: 'ValidationException' },
      { ...emptyProfile, errors: { unknownRun: null, cancelEnded: 'ValidationException' } },
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
        ...emptyProfile,
        events: {
          'Asset Added To Catalog': { seen: 1, metadata: {}, data: {} },
          'Data Source Run Succeeded': { seen: 1, metadata: { version: 'number' }, data: {} },
          'Business Name Generation Succeeded': { seen: 1, metadata: {}, data: {} },
          'Data Source Run Complete': { seen: 1, metadata: {}, data: {} },
        },
      },
    ],
  ])('returns %j for what was recorded', (settings, profile) => {
    expect(settingsOfProfile(parseInput('a profile', profileSchema, profile))).toEqual(settings)
    expect(settingsSchema.safeParse(settingsOfProfile(profile)).success).toBe(true)
  })
})

describe('profileSchema', () => {
  test.each<[string, object]>([
    ['version: ', { ...emptyProfile, version: 2 }],
    ['account: unknown field', { ...emptyProfile, account: '123456789012' }],
    ['list.order: ', { ...emptyProfile, list: { ...emptyProfile.list, order: 'dzd_secret1' } }],
    [
      'errors.unknownRun: must be the name of an error',
      { ...emptyProfile, errors: { unknownRun: 'run a-1', cancelEnded: null } },
    ],
    [
      'list.unrecognizedStatuses[0]: ',
      { ...emptyProfile, list: { ...emptyProfile.list, unrecognizedStatuses: ['team 1'] } },
    ],
    ['events', { ...emptyProfile, events: { 'arn:aws:123456789012': { seen: 1, metadata: {}, data: {} } } }],
    ['events', { ...emptyProfile, events: { 'Run Ended': { seen: 1, metadata: { id: 'a5b6' }, data: {} } } }],
    [
      'events',
      { ...emptyProfile, events: { 'Run Ended': { seen: 1, metadata: { 'id-1': 'string' }, data: {} } } },
    ],
  ])('refuses other fields and any text that it does not know: %s (case %#)', (message, given) => {
    expect(() => parseInput('the profile', profileSchema, given)).toThrow(message)
  })
})
