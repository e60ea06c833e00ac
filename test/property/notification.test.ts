import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { notificationOf } from '../../lib/contracts/notification.ts'
import { failedEvent } from '../support/ending-events.ts'

const stack = { stage: 'prod', flags: '--stage prod --region eu-west-1' }

/** Text from outside, such as names and errors: any Unicode, often with formatting, links, mentions or line breaks. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        '\n',
        '\r',
        '\u2028',
        '\u202E',
        '`',
        '*',
        '_',
        '<!here>',
        '<@U1>',
        'https://a.b',
        '"',
        'x',
      ),
      {
        maxLength: 200,
      },
    )
    .map((parts) => parts.join('')),
)

const events = fc
  .array(fc.record({ name: text, projectName: text, error: fc.record({ name: text, message: text }) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((all) =>
    all.map(({ name, projectName, error }, number) =>
      failedEvent(number, { asset: { id: `asset-${number}`, name }, projectName, error }),
    ),
  )

describe('notificationOf', () => {
  test('keeps text from outside within quotes or code, whatever it contains', () => {
    fc.assert(
      fc.property(events, (all) => {
        const { text, chat } = notificationOf(all, stack)
        for (const line of text.split('\n'))
          expect(line).toMatch(
            /^(?:FAILED: "[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*"| {2}reason: {2}| {2}explain: npx |and \d+ more: |$)/u,
          )
        for (const line of chat.content.description.split('\n')) {
          const outsideOfCode = line.split('`').filter((_, index) => index % 2 === 0)
          expect(outsideOfCode.join('')).toMatch(/^(?:• \*failed\*: {2}of project |and \d+ more: |)$/)
          expect(line).not.toMatch(/[<>]/)
        }
        expect(`${text}${chat.content.description}`).not.toContain('://')
      }),
      { numRuns: 300 },
    )
  })

  test('stays within the limits of SNS and of a chat', () => {
    fc.assert(
      fc.property(events, (all) => {
        const { subject, text, chat } = notificationOf(all, stack)
        expect(subject).toMatch(/^[\x20-\x7E]{1,100}$/)
        expect(
          Buffer.byteLength(JSON.stringify({ default: JSON.stringify(chat), email: text })),
        ).toBeLessThan(256 * 1024)
        expect(chat.content.description.length).toBeLessThanOrEqual(2900)
      }),
      { numRuns: 100 },
    )
  })
})
