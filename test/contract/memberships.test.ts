import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DataZoneClient } from '@aws-sdk/client-datazone'
import { afterEach, describe, expect, test } from 'vitest'
import { dataZoneMemberships } from '../../lib/adapters/datazone/memberships.ts'
import { CatalogRefused } from '../../lib/errors.ts'
import type { Policy } from '../../lib/run/policy.ts'
import {
  addMemberships,
  checkMemberships,
  membershipCommands,
} from '../../lib/usecases/inspect/memberships.ts'

const domainId = 'dzd_orders'
const roleArn = 'arn:aws:iam::111122223333:role/catalog'
const userId = '0a1b2c3d-0000-4000-8000-000000000001'
const executionRole = 'arn:aws:iam::111122223333:role/execution'
const runsAll: Pick<Policy, 'rules'> = {
  rules: [
    { match: { project: 'closed' }, verdict: { kind: 'skip', because: 'a test' } },
    { match: {}, verdict: { kind: 'run', policy: {} } },
  ],
}

interface Answer {
  readonly status?: number
  readonly error?: string
  readonly body?: object
}

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A DataZone that answers each call with `answers['METHOD path']`; `calls` holds the calls that change something. */
const serving = async (answers: Readonly<Record<string, Answer>>) => {
  const calls: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const token = searchParams.get('nextToken')
    const path = decodeURIComponent(pathname).replace(`/v2/domains/${domainId}`, '')
    const key = `${request.method} ${path}${token === null ? '' : `?nextToken=${token}`}`
    if (request.method === 'POST') calls.push(`${key} ${body}`)
    const {
      status = 200,
      error,
      body: answer = {},
    } = answers[key] ?? {
      status: 404,
      error: 'ResourceNotFoundException',
      body: { message: `${key} was not found` },
    }
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(error === undefined ? {} : { 'x-amzn-errortype': error }),
    })
    response.end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new DataZoneClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  closing.push(
    async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
    () => client.destroy(),
  )
  return { memberships: dataZoneMemberships(client), calls }
}

const domain = { 'GET ': { body: { id: domainId, domainExecutionRole: executionRole, status: 'AVAILABLE' } } }
const profile = (status: string) => ({
  [`GET /user-profiles/${roleArn}`]: { body: { id: userId, type: 'IAM', status } },
})
const projects = {
  'GET /projects': {
    body: { items: [{ id: 'sales', name: 'Sales', domainId, createdBy: 'a' }], nextToken: 'more' },
  },
  'GET /projects?nextToken=more': {
    body: {
      items: ['finance', 'closed'].map((id) => ({ id, name: id, domainId, createdBy: 'a' })),
    },
  },
}
const members = (projectId: string, designation?: string) => ({
  [`GET /projects/${projectId}/memberships`]: {
    body: {
      members: [
        { memberDetails: { group: { groupId: 'group-1' } }, designation: 'PROJECT_OWNER' },
        ...(designation === undefined ? [] : [{ memberDetails: { user: { userId } }, designation }]),
      ],
    },
  },
})
const target = { domainId, roleArn }

describe('checkMemberships', () => {
  test('shows every project that the policy may run, over all pages', async () => {
    const { memberships } = await serving({
      ...domain,
      ...profile('ACTIVATED'),
      ...projects,
      ...members('sales', 'PROJECT_CONTRIBUTOR'),
      ...members('finance', 'PROJECT_CATALOG_VIEWER'),
    })
    expect(await checkMemberships(target, runsAll, memberships)).toEqual({
      ...target,
      profile: 'ACTIVATED',
      projects: [
        { projectId: 'sales', name: 'Sales', access: 'contributor' },
        { projectId: 'finance', name: 'finance', access: 'read-only' },
      ],
      problems: [],
    })
  })

  test('plans the profile and a membership in each project for a role without a profile', async () => {
    const { memberships, calls } = await serving({ ...domain, ...projects })
    const report = await checkMemberships(target, runsAll, memberships)
    expect(report.profile).toBe('NONE')
    expect(membershipCommands(report)).toEqual([
      `aws datazone create-user-profile --domain-identifier ${domainId} --user-identifier ${roleArn} --user-type IAM_ROLE`,
      ...['sales', 'finance'].map(
        (project) =>
          `aws datazone create-project-membership --domain-identifier ${domainId} --project-identifier ${project} --designation PROJECT_CONTRIBUTOR --member userIdentifier=${roleArn}`,
      ),
    ])
    expect(calls).toEqual([])
  })

  test('reports a profile that is stuck ASSIGNED, and a key of the customer', async () => {
    const key = `arn:aws:kms:eu-west-1:111122223333:key/${userId}`
    const { memberships } = await serving({
      'GET ': { body: { ...domain['GET '].body, kmsKeyIdentifier: key } },
      ...profile('ASSIGNED'),
      ...projects,
      ...members('sales', 'PROJECT_CONTRIBUTOR'),
      ...members('finance', 'PROJECT_OWNER'),
    })
    const { problems } = await checkMemberships(target, runsAll, memberships)
    expect(problems).toEqual([
      expect.stringMatching(/^the profile of the role is ASSIGNED.* get-iam-portal-login-url/),
      expect.stringContaining(`set DomainKmsKeyArn to it`),
    ])
  })

  test('throws where the caller may not read the domain', async () => {
    const { memberships } = await serving({
      'GET ': { status: 403, error: 'AccessDeniedException', body: { message: 'not yours' } },
    })
    await expect(checkMemberships(target, runsAll, memberships)).rejects.toThrow(CatalogRefused)
  })
})

describe('addMemberships', () => {
  const created = { status: 201, body: { id: userId, status: 'ACTIVATED' } }

  test('creates the profile once, and adds the role to each project that lacks it', async () => {
    const { memberships, calls } = await serving({
      ...domain,
      ...projects,
      'POST /user-profiles': created,
      'POST /projects/sales/createMembership': { status: 201 },
      'POST /projects/finance/createMembership': { status: 201 },
    })
    const report = await checkMemberships(target, runsAll, memberships)
    expect(await addMemberships(report, memberships)).toEqual([
      { projectId: 'sales', outcome: 'added' },
      { projectId: 'finance', outcome: 'added' },
    ])
    expect(calls).toHaveLength(3)
    expect(JSON.parse(calls[1]?.replace(/^POST .+?createMembership /, '') ?? '')).toEqual({
      designation: 'PROJECT_CONTRIBUTOR',
      member: { userIdentifier: roleArn },
    })
  })

  test('reports a refused addition and still tries the other projects', async () => {
    const { memberships } = await serving({
      ...domain,
      ...profile('ACTIVATED'),
      ...projects,
      ...members('sales'),
      ...members('finance'),
      'POST /projects/sales/createMembership': {
        status: 403,
        error: 'AccessDeniedException',
        body: { message: 'IAM roles cannot be added to this project' },
      },
      'POST /projects/finance/createMembership': { status: 201 },
    })
    const report = await checkMemberships(target, runsAll, memberships)
    expect(await addMemberships(report, memberships)).toEqual([
      {
        projectId: 'sales',
        outcome: 'refused',
        reason: expect.stringContaining('IAM roles cannot be added to this project'),
      },
      { projectId: 'finance', outcome: 'added' },
    ])
  })

  test('names the execution role that lacks iam:GetRole', async () => {
    const { memberships } = await serving({
      ...domain,
      ...projects,
      'POST /user-profiles': {
        status: 403,
        error: 'AccessDeniedException',
        body: { message: 'execution role is not authorized to perform: iam:GetRole' },
      },
    })
    const report = await checkMemberships(target, runsAll, memberships)
    const results = await addMemberships(report, memberships)
    expect(results).toHaveLength(2)
    for (const result of results)
      expect(result).toMatchObject({
        outcome: 'refused',
        reason: expect.stringMatching(new RegExp(`allow iam:GetRole on the role to ${executionRole}$`)),
      })
  })
})
