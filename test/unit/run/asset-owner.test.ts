import { describe, expect, test } from 'vitest'
import { isInTransfer, standingOf } from '../../../lib/run/asset-owner.ts'

const moving = { status: 'IN_PROGRESS', sourceProjectId: 'old', targetProjectId: 'new' }

describe('isInTransfer', () => {
  test.each([
    [undefined, false],
    ['IN_PROGRESS', true],
    ['A_STATUS_OF_THE_FUTURE', true],
    ['SUCCEEDED', false],
    ['Failed', false],
    ['CANCELED', false],
  ])('P8: considers a transfer with status %s active: %s', (status, expected) => {
    expect(isInTransfer(status === undefined ? undefined : { ...moving, status })).toBe(expected)
  })
})

describe('standingOf', () => {
  const before = { owningProjectId: 'old', transfer: moving }
  const after = { owningProjectId: 'new', transfer: { ...moving, status: 'SUCCEEDED' } }
  const failed = { owningProjectId: 'old', transfer: { ...moving, status: 'FAILED' } }

  test.each([
    ['the owner during a transfer', 'old', before, 'owner'],
    ['the target during a transfer', 'new', before, 'next-owner'],
    ['a third project during a transfer', 'x', before, 'other'],
    ['the source after a transfer', 'old', after, 'former-owner'],
    ['the target after a transfer', 'new', after, 'owner'],
    ['the target of a failed transfer', 'new', failed, 'other'],
    ['another project without a transfer', 'old', { owningProjectId: 'new' }, 'other'],
    [
      'the source of a transfer to a third project',
      'old',
      { owningProjectId: 'third', transfer: { ...moving, status: 'SUCCEEDED' } },
      'other',
    ],
  ] as const)('classifies %s', (_name, projectId, asset, standing) => {
    expect(standingOf(projectId, asset)).toBe(standing)
  })
})
