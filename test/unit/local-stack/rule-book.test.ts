import { describe, expect, test } from 'vitest'
import { ruleBook } from '../../../local/eventbridge/rule-book.ts'

const planned = ['published', 'accepted'].map((name) => ({
  logicalId: name,
  name,
  arn: `arn:aws:events:us-east-1:000000000000:rule/${name}`,
  bus: 'default',
  pattern: { source: ['aws.datazone'] },
  state: 'ENABLED' as const,
  targets: [],
}))
const [first] = planned
if (first === undefined) throw new Error('no rule is planned')

describe('ruleBook', () => {
  const open = () => ruleBook(planned, new Set(['default']))

  test('lists the rules of the template that a caller removed, until the caller puts them again', () => {
    const rules = open()
    expect(rules.removed()).toEqual([])
    rules.remove('default', 'published')
    expect(rules.removed()).toEqual([{ bus: 'default', name: 'published' }])
    expect(rules.own()).toEqual([])
    rules.put(first)
    expect(rules.removed()).toEqual([])
    expect(rules.own()).toEqual([first])
  })

  test('does not list a rule of a caller that the caller removed', () => {
    const rules = open()
    rules.put({ ...first, name: 'mine' })
    rules.remove('default', 'mine')
    expect(rules.removed()).toEqual([])
  })
})
