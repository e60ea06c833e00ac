import { describe, expect, test } from 'vitest'
import { errorOf, outputOf, storeSales, testWorld } from '../test-world.ts'

const messageOf = (answer: ReturnType<ReturnType<typeof testWorld>['start']>): string =>
  answer.outcome === 'error' ? `${answer.error.name}: ${answer.error.message}` : 'ok'

describe('the older API generation', () => {
  test('refuses a Start with types alone, because type is required', () => {
    const world = testWorld({ apiGeneration: 'older' })
    expect(messageOf(world.start(storeSales))).toBe(
      "ValidationException: 1 validation error detected: Value at 'type' failed to satisfy constraint: Member must not be null",
    )
    expect(world.control.runs()).toEqual([])
  })

  test('accepts type, and ignores types, which it does not know', () => {
    const world = testWorld({ apiGeneration: 'older' })
    const started = outputOf(
      world.start(storeSales, { type: 'BUSINESS_DESCRIPTIONS', types: ['BUSINESS_NAMES'] }),
    )
    expect(started).toMatchObject({ type: 'BUSINESS_DESCRIPTIONS', status: 'SUBMITTED' })
    expect(world.control.runs()).toMatchObject([{ types: ['BUSINESS_DESCRIPTIONS'] }])
  })

  test.each(['BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'])('refuses the newer type %s', (type) => {
    expect(messageOf(testWorld({ apiGeneration: 'older' }).start(storeSales, { type }))).toContain(
      "Value at 'type' failed to satisfy constraint: Member must satisfy enum value set: [BUSINESS_DESCRIPTIONS]",
    )
  })

  test('refuses a List of the newer status and of a newer type', () => {
    const world = testWorld({ apiGeneration: 'older' })
    expect(errorOf(world.list({ status: 'PARTIALLY_SUCCEEDED' }))).toBe('ValidationException')
    expect(errorOf(world.list({ type: 'BUSINESS_NAMES' }))).toBe('ValidationException')
    expect(errorOf(world.list({ status: 'FAILED', type: 'BUSINESS_DESCRIPTIONS' }))).toBe('ok')
  })

  test('answers a replay by the same clientToken with the first run', () => {
    const world = testWorld({ apiGeneration: 'older' })
    const start = () => world.start(storeSales, { type: 'BUSINESS_DESCRIPTIONS', clientToken: 'token' })
    expect(outputOf(start()).id).toBe(outputOf(start()).id)
  })

  test('leaves the clientToken of a refused Start free for the Start with type', () => {
    const world = testWorld({ apiGeneration: 'older' })
    world.start(storeSales, { clientToken: 'token' })
    expect(errorOf(world.start(storeSales, { type: 'BUSINESS_DESCRIPTIONS', clientToken: 'token' }))).toBe(
      'ok',
    )
  })
})
