import { describe, expect, test } from 'vitest'
import { bindingOf, isAllowedProject } from '../../../lib/run/senders.ts'

const rules = [
  { principal: 'AROALOAD:*', allowedProjects: ['sales'] },
  { account: '444455556666', source: 'finance*', allowedProjects: ['finance-*'] },
  { account: '444455556666', allowedProjects: [] },
]

describe('bindingOf', () => {
  test.each([
    [{ principal: 'AROALOAD:nightly' }, 0],
    [{ principal: 'AROALOAD:nightly', account: '444455556666', source: 'finance' }, 0],
    [{ account: '444455556666', source: 'finance.load' }, 1],
    [{ account: '444455556666', source: 'other' }, 2],
    [{ account: '444455556666' }, 2],
    [{ account: '111122223333', source: 'finance' }, undefined],
    [{ principal: 'AROAOTHER:nightly' }, undefined],
    [{}, undefined],
  ])('takes the first rule that matches %j', (sender, rule) => {
    expect(bindingOf(sender, rules)?.rule).toBe(rule)
  })

  test('binds no sender without rules', () => {
    expect(bindingOf({ principal: 'AROALOAD:nightly' })).toBeUndefined()
  })
})

test.each([
  [['sales'], 'sales', true],
  [['sales'], 'sales2', false],
  [['finance-*', 'hr'], 'finance-1', true],
  [[], 'sales', false],
])('checks the allowed projects %j for project %s: %s', (allowedProjects, projectId, isAllowed) => {
  expect(isAllowedProject({ rule: 0, allowedProjects }, projectId)).toBe(isAllowed)
  expect(isAllowedProject(undefined, projectId)).toBe(true)
})
