import { expect, test } from 'vitest'
import { failedMessageIds } from '../../../local/lambda/batch-response.ts'

const batch = ['a', 'b', 'c']

test.each<[string, unknown, string[]]>([
  ['nothing returned', null, []],
  ['an empty object', {}, []],
  ['an empty list', { batchItemFailures: [] }, []],
  ['null for the list', { batchItemFailures: null }, []],
  ['one failure', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
  ['a failure named twice', { batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'b' }] }, ['b']],
  ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }, batch],
  ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }, batch],
  ['a misspelt key', { batchItemFailures: [{ itemIdentifer: 'a' }] }, batch],
  [
    'an identifier of no message',
    { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'z' }] },
    batch,
  ],
  ['no list', { batchItemFailures: 'a' }, batch],
  ['text', 'done', batch],
])('after %s, these stay on the queue', (_, response, failed) => {
  expect([...failedMessageIds(response, batch)]).toEqual(failed)
})
