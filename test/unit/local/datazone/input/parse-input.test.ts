import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ControlError, parseInput } from '../../../../../local/datazone/input/parse-input.ts'
import { strictObject } from '../../../../../local/datazone/input/strict-object.ts'

const schema = strictObject({ domainId: z.string() })

const messageFor = (value: unknown): string => {
  try {
    parseInput('the run', schema, value)
  } catch (error) {
    if (error instanceof ControlError) return error.message
    throw error
  }
  throw new Error('expected the input to be refused')
}

describe('parseInput', () => {
  test('names the first of many unknown fields, and counts the rest', () => {
    const many = Object.fromEntries(Array.from({ length: 57_000 }, (_, index) => [`field-${index}`, 1]))
    const message = messageFor({ domainId: 'dzd_a', ...many })
    expect(message).toMatch(/^the run is invalid: field-0: /)
    expect(message).toMatch(/; and 56980 more$/)
  })

  test('cuts a long name, but never within a character', () => {
    const message = messageFor({ domainId: 'dzd_a', ['😀'.repeat(30_000)]: 1 })
    expect(message.length).toBeLessThan(400)
    expect(message.isWellFormed()).toBe(true)
  })
})
