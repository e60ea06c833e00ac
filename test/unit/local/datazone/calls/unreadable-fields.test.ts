import { describe, expect, test } from 'vitest'
import { withUnreadableFields } from '../../../../../local/datazone/calls/unreadable-fields.ts'

describe('withUnreadableFields', () => {
  const answer = {
    items: [
      { id: 'one', createdAt: 1, target: { id: 'asset' } },
      { id: 'two', createdAt: 2 },
    ],
    nextToken: 'token',
  }

  test('replaces a member wherever the answer has it, and adds it nowhere', () => {
    expect(withUnreadableFields(answer, { fields: { createdAt: 'x', absent: 1 }, id: undefined })).toEqual({
      items: [
        { id: 'one', createdAt: 'x', target: { id: 'asset' } },
        { id: 'two', createdAt: 'x' },
      ],
      nextToken: 'token',
    })
  })

  test('replaces a member of the structure with this id only', () => {
    expect(withUnreadableFields(answer, { fields: { createdAt: null }, id: 'two' })).toEqual({
      ...answer,
      items: [answer.items[0], { id: 'two', createdAt: null }],
    })
  })

  test('returns an answer unchanged when no fault hit it', () => {
    expect(withUnreadableFields(answer, undefined)).toBe(answer)
  })
})
