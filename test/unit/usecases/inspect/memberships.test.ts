import { describe, expect, test } from 'vitest'
import { CatalogRefused } from '../../../../lib/errors.ts'
import type { Memberships } from '../../../../lib/ports/memberships.ts'
import {
  addMemberships,
  checkMemberships,
  membershipCommands,
} from '../../../../lib/usecases/inspect/memberships.ts'

const target = { domainId: 'dzd_orders', roleArn: 'arn:aws:iam::111122223333:role/catalog' }
const policy = {
  rules: [
    { match: { project: 'closed' }, verdict: { kind: 'skip', because: 'a test' } as const },
    { match: {}, verdict: { kind: 'run', policy: {} } as const },
  ],
}
const refusal = (message: string) =>
  new CatalogRefused('CreateProjectMembership', {
    kind: 'DENIED',
    name: 'AccessDeniedException',
    message,
    cause: undefined,
  })

/** Returns a domain with four projects: the role owns the first and views the second, and the policy skips the last. */
const domainOf = (over: Partial<Memberships> = {}) => {
  const changes: string[] = []
  const memberships: Memberships = {
    domain: async () => ({ executionRoleArn: 'arn:aws:iam::111122223333:role/execution' }),
    profile: async () => ({ userId: 'u1', status: 'ACTIVATED' }),
    projects: async () =>
      ['owned', 'viewed', 'missing', 'closed'].map((projectId) => ({ projectId, name: projectId })),
    members: async (_, projectId) => {
      if (projectId === 'owned') return [{ userId: 'u1', designation: 'PROJECT_OWNER' }]
      if (projectId === 'viewed') return [{ userId: 'u1', designation: 'PROJECT_CATALOG_VIEWER' }]
      return [{ userId: 'u2', designation: 'PROJECT_OWNER' }]
    },
    createProfile: async () => {
      changes.push('profile')
      return { userId: 'u1', status: 'ACTIVATED' }
    },
    addContributor: async (_, projectId) => void changes.push(projectId),
    ...over,
  }
  return { memberships, changes, check: () => checkMemberships(target, policy, memberships) }
}

describe('checkMemberships', () => {
  test('reads the access of every project that the policy may run', async () => {
    const report = await domainOf().check()
    expect(report.projects.map(({ projectId, access }) => `${projectId} ${access}`)).toEqual([
      'owned contributor',
      'viewed read-only',
      'missing missing',
    ])
    expect(report.problems).toEqual([])
    expect(membershipCommands(report).map((line) => /project-identifier (\w+)/.exec(line)?.[1])).toEqual([
      'viewed',
      'missing',
    ])
  })

  test.each([
    ['a profile that waits for its activation', { status: 'ASSIGNED' }, /get-iam-portal-login-url/],
    ['a deactivated profile', { status: 'DEACTIVATED' }, /is DEACTIVATED: have the administrator/],
  ])('explains %s', async (_, { status }, problem) => {
    const { check } = domainOf({ profile: async () => ({ userId: 'u1', status }) })
    expect((await check()).problems).toEqual([expect.stringMatching(problem)])
  })

  test('names the parameter that a customer managed key needs', async () => {
    const { check } = domainOf({ domain: async () => ({ kmsKeyArn: 'arn:aws:kms:key' }) })
    expect((await check()).problems).toEqual([expect.stringContaining('DomainKmsKeyArn')])
  })

  test('asks for a profile first when the role has none', async () => {
    const report = await domainOf({ profile: async () => undefined }).check()
    expect(report.profile).toBe('NONE')
    expect(membershipCommands(report)[0]).toContain('create-user-profile')
  })
})

describe('addMemberships', () => {
  test('adds only the missing memberships', async () => {
    const { memberships, changes, check } = domainOf()
    expect((await addMemberships(await check(), memberships)).map(({ outcome }) => outcome)).toEqual([
      'added',
      'added',
    ])
    expect(changes).toEqual(['viewed', 'missing'])
  })

  test('creates the profile first', async () => {
    const { memberships, changes, check } = domainOf({ profile: async () => undefined })
    await addMemberships(await check(), memberships)
    expect(changes).toEqual(['profile', 'owned', 'viewed', 'missing'])
  })

  test('stops when the profile is refused, and reports each project', async () => {
    const { memberships, check } = domainOf({
      profile: async () => undefined,
      createProfile: () => Promise.reject(refusal('not allowed')),
    })
    const results = await addMemberships(await check(), memberships)
    expect(results).toHaveLength(3)
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['refused']))
  })

  test('tries the other projects after a refusal, and explains a missing iam:GetRole', async () => {
    const { memberships, check } = domainOf({
      addContributor: async (_, projectId) => {
        if (projectId === 'viewed') throw refusal('the domain may not call iam:GetRole')
      },
    })
    expect(await addMemberships(await check(), memberships)).toMatchObject([
      { outcome: 'refused', reason: expect.stringContaining('role/execution') },
      { outcome: 'added' },
    ])
  })

  test('rethrows an error that is not a refusal', async () => {
    const { memberships, check } = domainOf({ addContributor: () => Promise.reject(new Error('broken')) })
    await expect(addMemberships(await check(), memberships)).rejects.toThrow('broken')
  })
})
