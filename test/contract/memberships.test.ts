import {
  DataZoneClient,
  DeleteProjectMembershipCommand,
  GetProjectCommand,
  ListDataSourcesCommand,
} from '@aws-sdk/client-datazone'
import { afterEach, describe, expect, test } from 'vitest'
import { dataZoneMemberships } from '../../lib/adapters/datazone/memberships.ts'
import { CatalogRefused } from '../../lib/errors.ts'
import type { Policy } from '../../lib/run/policy.ts'
import {
  addMemberships,
  checkMemberships,
  membershipCommands,
} from '../../lib/usecases/inspect/memberships.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import type { Catalogue } from '../../local/datazone/input/catalogue.ts'

const domainId = 'dzd_orders'
const roleArn = 'arn:aws:iam::111122223333:role/path/catalog'
const userId = '0a1b2c3d-0000-4000-8000-000000000001'
const executionRoleArn = 'arn:aws:iam::111122223333:role/execution'
const target = { domainId, roleArn }
const runsEverything: Pick<Policy, 'rules'> = {
  rules: [
    { match: { project: 'closed' }, verdict: { kind: 'skip', because: 'a test' } },
    { match: {}, verdict: { kind: 'run', policy: {} } },
  ],
}

type Domain = Catalogue['domains'][number]

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const member = (designation?: 'PROJECT_CONTRIBUTOR' | 'PROJECT_CATALOG_VIEWER' | 'PROJECT_OWNER') => [
  { groupId: 'group-1', designation: 'PROJECT_OWNER' as const },
  ...(designation === undefined ? [] : [{ userId, designation }]),
]

const projectsOf = (
  sales?: Parameters<typeof member>[0],
  finance?: Parameters<typeof member>[0],
): Domain['projects'] => [
  { id: 'sales', name: 'Sales', members: member(sales), isOpen: true },
  { id: 'finance', name: 'finance', members: member(finance), isOpen: true },
  { id: 'closed', name: 'closed' },
]

const role = (status?: 'ACTIVATED' | 'ASSIGNED' | 'DEACTIVATED'): NonNullable<Domain['users']>[number] => ({
  id: userId,
  arn: roleArn,
  ...(status === undefined ? {} : { status }),
})

const clientAt = (endpoint: string, accessKeyId: string) =>
  new DataZoneClient({
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts: 1,
  })

/** Starts the simulator with one domain. `changes` lists the calls that created something. */
const startDomain = async (over: Partial<Domain>) => {
  const server = await startDataZoneServer({ seed: 1 })
  const { control } = server.datazone
  control.loadCatalogue({
    domains: [{ id: domainId, executionRoleArn, projects: projectsOf(), assets: [], ...over }],
  })
  const client = clientAt(server.endpoint, 'local')
  closing.push(server.stop, () => client.destroy())
  const changes = () =>
    Object.entries(control.calls().counts).flatMap(([operation, outcomes]) =>
      operation.startsWith('Create')
        ? [`${Object.values(outcomes).reduce((a, b) => a + b)} ${operation}`]
        : [],
    )
  return { memberships: dataZoneMemberships(client), endpoint: server.endpoint, client, control, changes }
}

describe('checkMemberships', () => {
  test('returns the access to every project that the policy may run', async () => {
    const { memberships } = await startDomain({
      users: [role()],
      projects: projectsOf('PROJECT_CONTRIBUTOR', 'PROJECT_CATALOG_VIEWER'),
    })
    expect(await checkMemberships(target, runsEverything, memberships)).toEqual({
      ...target,
      profile: 'ACTIVATED',
      projects: [
        { projectId: 'sales', name: 'Sales', access: 'contributor' },
        { projectId: 'finance', name: 'finance', access: 'read-only' },
      ],
      problems: [],
    })
  })

  test('reads all pages of projects and members', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `project${index}`)
    const others = ids.map((id) => ({ groupId: id }))
    const { memberships } = await startDomain({
      users: [role()],
      projects: ids.map((id) => ({ id, name: id, isOpen: true, members: [...others, { userId }] })),
    })
    const { projects } = await checkMemberships(target, runsEverything, memberships)
    expect(projects).toHaveLength(60)
    expect(projects.filter(({ access }) => access !== 'contributor')).toEqual([])
  })

  test('plans the profile and a membership in each project for a role without a profile', async () => {
    const { memberships, changes } = await startDomain({})
    const report = await checkMemberships(target, runsEverything, memberships)
    expect(report.profile).toBe('NONE')
    expect(membershipCommands(report)).toEqual([
      `aws datazone create-user-profile --domain-identifier ${domainId} --user-identifier ${roleArn} --user-type IAM_ROLE`,
      ...['sales', 'finance'].map(
        (project) =>
          `aws datazone create-project-membership --domain-identifier ${domainId} --project-identifier ${project} --designation PROJECT_CONTRIBUTOR --member userIdentifier=${roleArn}`,
      ),
    ])
    expect(changes()).toEqual([])
  })

  test.each([
    ['ASSIGNED', /^the profile of the role is ASSIGNED.* get-iam-portal-login-url/],
    ['DEACTIVATED', /^the profile of the role is DEACTIVATED: have the administrator/],
  ] as const)('reports a profile that is stuck %s', async (status, problem) => {
    const projects = projectsOf('PROJECT_CONTRIBUTOR', 'PROJECT_OWNER')
    const { memberships } = await startDomain({ users: [role(status)], projects })
    const report = await checkMemberships(target, runsEverything, memberships)
    expect(report.profile).toBe(status)
    expect(report.problems).toEqual([expect.stringMatching(problem)])
  })

  test('reports a domain that a key of the customer encrypts', async () => {
    const kmsKeyArn = `arn:aws:kms:eu-west-1:111122223333:key/${userId}`
    const projects = projectsOf('PROJECT_CONTRIBUTOR', 'PROJECT_OWNER')
    const { memberships } = await startDomain({ users: [role()], projects, kmsKeyArn })
    const { problems } = await checkMemberships(target, runsEverything, memberships)
    expect(problems).toEqual([expect.stringContaining(`encrypted with ${kmsKeyArn}: set DomainKmsKeyArn`)])
  })

  test('throws where the caller may not read the domain', async () => {
    const { memberships, control } = await startDomain({})
    control.setFaults([{ kind: 'error', operation: 'GetDomain', error: 'AccessDeniedException' }])
    await expect(checkMemberships(target, runsEverything, memberships)).rejects.toThrow(CatalogRefused)
  })
})

describe('addMemberships', () => {
  test('creates the profile once, and adds the role to each project that lacks it', async () => {
    const { memberships, changes } = await startDomain({})
    const report = await checkMemberships(target, runsEverything, memberships)
    expect(await addMemberships(report, memberships)).toEqual([
      { projectId: 'sales', outcome: 'added' },
      { projectId: 'finance', outcome: 'added' },
    ])
    expect(changes()).toEqual(['1 CreateUserProfile', '2 CreateProjectMembership'])
    const after = await checkMemberships(target, runsEverything, memberships)
    expect(after).toMatchObject({
      profile: 'ACTIVATED',
      projects: [{ access: 'contributor' }, { access: 'contributor' }],
    })
  })

  test('raises a viewer to a contributor, and repeats nothing', async () => {
    const { memberships } = await startDomain({
      users: [role()],
      projects: projectsOf('PROJECT_CATALOG_VIEWER', 'PROJECT_CONTRIBUTOR'),
    })
    const report = await checkMemberships(target, runsEverything, memberships)
    expect(await addMemberships(report, memberships)).toEqual([{ projectId: 'sales', outcome: 'added' }])
    expect(await memberships.members(domainId, 'sales')).toEqual([
      { userId, designation: 'PROJECT_CONTRIBUTOR' },
    ])
    const after = await checkMemberships(target, runsEverything, memberships)
    expect(await addMemberships(after, memberships)).toEqual([])
  })

  test('reports a refused addition and still tries the other projects', async () => {
    const { memberships, control } = await startDomain({ users: [role()] })
    const report = await checkMemberships(target, runsEverything, memberships)
    control.setFaults([
      { kind: 'error', operation: 'CreateProjectMembership', error: 'AccessDeniedException', times: 1 },
    ])
    expect(await addMemberships(report, memberships)).toEqual([
      { projectId: 'sales', outcome: 'refused', reason: expect.stringContaining('AccessDeniedException') },
      { projectId: 'finance', outcome: 'added' },
    ])
  })

  test('reports that the domain accepts no IAM roles as project members', async () => {
    const { memberships } = await startDomain({ users: [role()], addsRoles: false })
    const results = await addMemberships(
      await checkMemberships(target, runsEverything, memberships),
      memberships,
    )
    expect(results).toHaveLength(2)
    for (const result of results)
      expect(result).toMatchObject({
        outcome: 'refused',
        reason: expect.stringContaining('IAM roles cannot be added'),
      })
  })

  test('names the execution role that lacks iam:GetRole', async () => {
    const { memberships } = await startDomain({ readsRoles: false })
    const report = await checkMemberships(target, runsEverything, memberships)
    const results = await addMemberships(report, memberships)
    expect(results).toHaveLength(2)
    for (const result of results)
      expect(result).toMatchObject({
        outcome: 'refused',
        reason: expect.stringMatching(new RegExp(`allow iam:GetRole on the role to ${executionRoleArn}$`)),
      })
  })

  test('reports a new profile that the domain leaves ASSIGNED', async () => {
    const { memberships } = await startDomain({ profileStatus: 'ASSIGNED' })
    await addMemberships(await checkMemberships(target, runsEverything, memberships), memberships)
    const after = await checkMemberships(target, runsEverything, memberships)
    expect(after.problems).toEqual([expect.stringContaining('is ASSIGNED')])
  })
})

describe('a membership in the simulator', () => {
  test.each([
    ['denies', 'ASSIGNED', 'AccessDeniedException'],
    ['answers', 'ACTIVATED', undefined],
  ] as const)('%s the calls of a member whose profile is %s', async (_, status, name) => {
    const { endpoint } = await startDomain({
      users: [{ ...role(status), accessKeyIds: ['of-the-role'] }],
      projects: [{ id: 'sales', name: 'Sales', members: [{ userId }] }],
    })
    const client = clientAt(endpoint, 'of-the-role')
    const command = new ListDataSourcesCommand({ domainIdentifier: domainId, projectIdentifier: 'sales' })
    const refusal = await client.send(command).then(
      () => undefined,
      (error: Error) => error.name,
    )
    client.destroy()
    expect(refusal).toBe(name)
  })

  test('is deleted once', async () => {
    const { client, memberships } = await startDomain({
      users: [role()],
      projects: projectsOf('PROJECT_CONTRIBUTOR'),
    })
    const command = new DeleteProjectMembershipCommand({
      domainIdentifier: domainId,
      projectIdentifier: 'sales',
      member: { userIdentifier: roleArn },
    })
    await client.send(command)
    expect(await memberships.members(domainId, 'sales')).toEqual([])
    await expect(client.send(command)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  test('leaves a project open to every caller that had no members before', async () => {
    const { client, memberships } = await startDomain({ users: [role()] })
    await memberships.addContributor(domainId, 'closed', roleArn)
    const answer = await client.send(
      new GetProjectCommand({ domainIdentifier: domainId, identifier: 'closed' }),
    )
    expect(answer.id).toBe('closed')
    expect(await memberships.members(domainId, 'closed')).toHaveLength(1)
  })
})
