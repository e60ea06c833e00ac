import { describe, expect, test } from 'vitest'
import { failedMessageIds } from '../../../local/lambda/batch-response.ts'

const batch = ['a', 'b', 'c']

describe('failedMessageIds', () => {
  test.each<[string, unknown, string[]]>([
    ['a null response', null, []],
    ['an empty object', {}, []],
    ['an empty list', { batchItemFailures: [] }, []],
    ['null for the list', { batchItemFailures: null }, []],
    ['one failure', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
    [
      'a failure named twice',
      { batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'b' }] },
      ['b'],
    ],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }, batch],
    ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }, batch],
    ['a misspelled key', { batchItemFailures: [{ itemIdentifer: 'a' }] }, batch],
    [
      'an identifier of a message outside the batch',
      { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'z' }] },
      batch,
    ],
    ['a string in place of the list', { batchItemFailures: 'a' }, batch],
    ['a string', 'done', batch],
  ])('returns the failed message ids for %s', (_, response, failed) => {
    expect([...failedMessageIds(response, batch)]).toEqual(failed)
  })
})
