import { expect, test } from 'vitest'
import { errorText } from '../../../lib/run/error-text.ts'

test.each([
  [
    'User: arn:aws:sts::111122223333:assumed-role/Starter/i-1 is not allowed',
    'User: [principal] is not allowed',
  ],
  ['arn:aws-cn:iam::111122223333:role/x', '[principal]'],
  ['key ASIAABCDEFGHIJKLMNOP expired', 'key [access key] expired'],
  ['key AKIAABCDEFGHIJKLMNOP expired', 'key [access key] expired'],
  ['ask jo.doe+dz@data.example.com', 'ask [email]'],
  ['jo@example.com, al@example.com', '[email], [email]'],
  ['AKIAABCDEFGHIJKLMNOP ASIAABCDEFGHIJKLMNOP', '[access key] [access key]'],
  ['arn:aws:iam::1:role/x arn:aws:sts::1:y', '[principal] [principal]'],
])("hides the caller's identity: %s", (text, clean) => {
  expect(errorText(text)).toBe(clean)
})

test('keeps the names that people need to fix the problem', () => {
  const text = 'Asset c8r1d5 of arn:aws:datazone:eu-west-1:1:domain/dzd_x has no structured schema'
  expect(errorText(text)).toBe(text)
})

test('cuts at the limit, with a mark, and never within a character', () => {
  expect(errorText('x'.repeat(1001))).toBe(`${'x'.repeat(999)}…`)
  expect(errorText('x'.repeat(1000))).toBe('x'.repeat(1000))
  expect(errorText('😀😀😀', 4)).toBe('😀\ufffd…')
})

test('cleans a text of several megabytes', () => {
  expect(errorText(`${'a.'.repeat(2_000_000)}@`)).toHaveLength(1000)
})
