import { describe, expect, test } from 'vitest'
import { notificationOf } from '../../../lib/contracts/notification.ts'
import { failedEvent } from '../../support/ending-events.ts'

const stack = { stage: 'prod', flags: '--stage prod --region eu-west-1' }
const many = (count: number, over: Parameters<typeof failedEvent>[1] = {}) =>
  Array.from({ length: count }, (_, number) => failedEvent(number, over))

describe('a notification', () => {
  test('names the asset, project, reason, portal page and command', () => {
    const { subject, text, chat } = notificationOf([failedEvent(1)], stack)
    expect(subject).toBe('DataZone runs (prod): 1 failed')
    expect(text).toBe(
      [
        'FAILED: "store_sales_1" of project "Sales"',
        '  reason:  GenerationFailed: too many columns',
        '  portal:  https://dzd_orders.datazone.eu-west-1.on.aws/projects/project-1/catalog/assets/asset-1',
        '  explain: npx dzrun explain asset-1 --domain dzd_orders --stage prod --region eu-west-1',
      ].join('\n'),
    )
    expect(chat.content).toEqual({
      textType: 'client-markdown',
      title: 'DataZone runs (prod): 1 failed',
      description: [
        '• *failed*: `store_sales_1` of project `Sales`',
        '`GenerationFailed: too many columns`',
        'https://dzd_orders.datazone.eu-west-1.on.aws/projects/project-1/catalog/assets/asset-1',
        '`npx dzrun explain asset-1 --domain dzd_orders --stage prod --region eu-west-1`',
      ].join('\n'),
      keywords: ['prod'],
    })
  })

  test('counts each kind of ending in its subject', () => {
    const events = [
      failedEvent(1),
      failedEvent(2, { status: 'PARTIALLY_SUCCEEDED' }),
      failedEvent(3),
      failedEvent(4, { status: 'REJECTED', rejectedRequest: 'CANCEL' }),
      failedEvent(5, { status: 'TIMED_OUT' }),
      failedEvent(6, { status: 'LOST' }),
    ]
    expect(notificationOf(events, stack).subject).toBe(
      'DataZone runs (prod): 2 failed, 1 partially succeeded, 1 cancel rejected, 1 timed out, 1 lost',
    )
  })

  test('explains a partial success with the types that failed', () => {
    const { error: _, ...data } = failedEvent(1).data
    const event = failedEvent(1, { status: 'PARTIALLY_SUCCEEDED' })
    const typeStats = [
      { type: 'BUSINESS_NAMES', status: 'SUCCEEDED' },
      { type: 'BUSINESS_DESCRIPTIONS', status: 'FAILED', errorMessage: 'no columns' },
      { type: 'BUSINESS_GLOSSARY_ASSOCIATIONS', status: 'SKIPPED' },
    ]
    const partial = { ...event, data: { ...data, status: event.data.status, typeStats } }
    expect(notificationOf([partial], stack).text).toContain(
      'reason:  BUSINESS_DESCRIPTIONS: no columns; BUSINESS_GLOSSARY_ASSOCIATIONS: SKIPPED\n',
    )
  })

  test('leaves out a reason that the event does not have', () => {
    const { metadata, data } = failedEvent(1)
    const { error: _, ...bare } = data
    const { subject, text, chat } = notificationOf([{ metadata, data: bare }], stack)
    expect(subject).toBe('DataZone runs (prod): 1 failed')
    expect(text).not.toContain('reason:')
    expect(chat.content.description).toMatch(/^• \*failed\*: `store_sales_1` of project `Sales`\nhttps:/)
  })

  test('shows a request without a subject by its reason alone', () => {
    const { metadata } = failedEvent(1)
    const error = { name: 'MalformedRequest', message: 'requestId: is missing' }
    const { text } = notificationOf([{ metadata, data: { status: 'REJECTED', error } }], stack)
    expect(text).toBe(
      'REJECTED: "a request without a subject"\n  reason:  MalformedRequest: requestId: is missing',
    )
  })

  test('is one message for 200 failures, and says how to see the failures that do not fit', () => {
    const { text, chat } = notificationOf(many(200), stack)
    expect(text.match(/^FAILED/gm)).toHaveLength(200)
    const shown = chat.content.description.match(/^• /gm)?.length ?? 0
    expect(shown).toBeGreaterThan(5)
    expect(chat.content.description).toMatch(
      new RegExp(
        `\n\nand ${200 - shown} more: \`npx dzrun list --ending any-failure --since 1d --stage prod`,
      ),
    )
  })

  test.each([1, 100, 5000])('stays within the limits of SNS and chats for %i hostile events', (count) => {
    const name = '\u{1F9E8}<@here>"\\'.repeat(2000)
    const hostile = { asset: { id: 'a'.repeat(36), name }, projectName: name, error: { name, message: name } }
    const { subject, text, chat } = notificationOf(many(count, hostile), stack)
    expect(subject).toMatch(/^[\x20-\x7E]{1,100}$/)
    const message = JSON.stringify({ default: JSON.stringify(chat), email: text })
    expect(Buffer.byteLength(message)).toBeLessThan(256 * 1024)
    expect(chat.content.description.length).toBeLessThanOrEqual(2900)
  })

  test('shows hostile names as plain text', () => {
    const name = 'pay\r\nBcc: x\u202E *now* `at` <!channel> <https://evil.example|here>'
    const { text, chat } = notificationOf([failedEvent(1, { asset: { id: 'asset-1', name } })], stack)
    expect(text.split('\n')[0]).toBe(
      'FAILED: "pay Bcc: x *now* `at` <!channel> <https[:]//evil.example|here>" of project "Sales"',
    )
    expect(chat.content.description.split('\n')[0]).toBe(
      "• *failed*: `pay Bcc: x *now* 'at' &lt;!channel&gt; &lt;https[:]//evil.example|here&gt;` of project `Sales`",
    )
  })

  test.each([
    'javascript:alert(1)',
    'https://evil.example/',
    'https://dzd_a.datazone.eu-west-1.on.aws.evil.example/x',
    'https://dzd_a.datazone.eu-west-1.on.aws/a|b> c',
  ])('leaves out the portal address %s', (portalUrl) => {
    const { text, chat } = notificationOf([failedEvent(1, { asset: { id: 'asset-1', portalUrl } })], stack)
    expect(`${text}${chat.content.description}`).not.toContain('portal')
    expect(`${text}${chat.content.description}`).not.toContain(portalUrl)
  })

  test('leaves out a command for ids that a shell could misread', () => {
    const { text } = notificationOf([failedEvent(1, { asset: { id: '$(rm -rf ~)' } })], stack)
    expect(text).not.toContain('npx')
  })

  test('holds no sender id, principal, key or e-mail address', () => {
    const message =
      'jo@example.com as arn:aws:sts::111122223333:assumed-role/Admin/jo with AKIAABCDEFGHIJKLMNOP is not authorized'
    const events = [
      failedEvent(1, { error: { name: 'AccessDenied', message }, projectName: 'of jo@example.com' }),
    ]
    const all = JSON.stringify(notificationOf(events, stack))
    expect(all).toContain('[email] as [principal] with [access key] is not authorized')
    for (const secret of ['jo@', 'assumed-role', 'AKIA', 'of-jo']) expect(all).not.toContain(secret)
  })
})
