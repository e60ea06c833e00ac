import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import type { Catalogue } from '../../local/datazone/input/catalogue.ts'
import { writeEnvFile } from '../../local/start/env-file.ts'
import { runDzrun } from '../support/commands.ts'

const domain = 'dzd_orders'
const role = 'arn:aws:iam::111122223333:role/catalog'
const executionRoleArn = 'arn:aws:iam::111122223333:role/execution'
const userId = '0a1b2c3d-0000-4000-8000-000000000001'

type Domain = Catalogue['domains'][number]

let server: Awaited<ReturnType<typeof startDataZoneServer>>
let directory: string
let env: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'membership-'))
  server = await startDataZoneServer({ seed: 1 })
  // These tests name the policy file, so the command needs only DataZone of the stack.
  env = await writeEnvFile(join(directory, 'env'), {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_DATAZONE: server.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://127.0.0.1:1',
    RUN_TABLE: 'runs',
    RUN_BUS: 'runs',
    REQUEST_QUEUE_URL: 'http://127.0.0.1:1/0/requests',
    REQUEST_DLQ_URL: 'http://127.0.0.1:1/0/dead',
    REJECTED_QUEUE_URL: 'http://127.0.0.1:1/0/rejected',
  })
})

afterAll(async () => {
  await server?.stop()
  await rm(directory, { recursive: true })
})

const load = (over: Partial<Domain> = {}) =>
  server.datazone.control.loadCatalogue({
    domains: [
      {
        id: domain,
        executionRoleArn,
        assets: [],
        projects: [
          { id: 'sales', name: 'Sales' },
          { id: 'finance', name: 'Finance' },
        ],
        ...over,
      },
    ],
  })

beforeEach(() => void load())

const membership = (command: string) =>
  runDzrun(
    ...[
      'membership',
      command,
      '--role',
      role,
      '--domain',
      domain,
      '--local',
      env,
      '--file',
      'config/policy.json',
    ],
    ...(command === 'add' ? ['--yes'] : []),
  ).ended

test('finds missing memberships, plans and adds them, and then finds none missing', async () => {
  const before = await membership('check')
  expect(before).toMatchObject({ code: 4, stderr: expect.stringContaining(`${role} has no profile`) })
  expect(before.stdout).toMatch(/sales +Sales +missing\n.*finance +Finance +missing/s)

  const plan = await membership('plan')
  expect(plan.stdout.split('\n').map((line) => line.split(' ')[2])).toEqual([
    'create-user-profile',
    'create-project-membership',
    'create-project-membership',
    undefined,
  ])

  expect(await membership('add')).toMatchObject({
    code: 0,
    stdout:
      'added to sales; it takes effect within two minutes\nadded to finance; it takes effect within two minutes\n',
  })
  const after = await membership('check')
  expect(after).toMatchObject({ code: 0, stderr: '' })
  expect(after.stdout).toMatch(/sales +Sales +contributor\n.*finance +Finance +contributor/s)
  expect((await membership('add')).stderr).toContain('nothing is missing')
})

test('reports that a profile is stuck ASSIGNED', async () => {
  load({
    users: [{ id: userId, arn: role, status: 'ASSIGNED' }],
    projects: [{ id: 'sales', name: 'Sales', members: [{ userId }], isOpen: true }],
  })
  const { code, stdout, stderr } = await membership('check')
  expect(stdout).toMatch(/sales +Sales +contributor/)
  expect(stderr).toContain(
    'the profile of the role is ASSIGNED, and DataZone denies its calls until it is activated',
  )
  expect(code).toBe(4)
})

test('reports which projects refuse the role, and why', async () => {
  load({ users: [{ id: userId, arn: role }], addsRoles: false })
  const { code, stderr } = await membership('add')
  expect(stderr).toMatch(
    /^dzrun: sales: refused: .*IAM roles cannot be added to the projects of this domain/m,
  )
  expect(stderr).toMatch(/^dzrun: finance: refused: /m)
  expect(code).toBe(4)
})

test('reports that the execution role of the domain lacks iam:GetRole', async () => {
  load({ readsRoles: false })
  const { code, stderr } = await membership('add')
  expect(stderr).toContain(`allow iam:GetRole on the role to ${executionRoleArn}`)
  expect(code).toBe(4)
})

test('reports that a customer managed key encrypts the domain', async () => {
  const kmsKeyArn = `arn:aws:kms:eu-west-1:111122223333:key/${userId}`
  load({
    users: [{ id: userId, arn: role }],
    projects: [{ id: 'sales', name: 'Sales', members: [{ userId }], isOpen: true }],
    kmsKeyArn,
  })
  const { code, stderr } = await membership('check')
  expect(stderr).toContain(`the domain is encrypted with ${kmsKeyArn}: set DomainKmsKeyArn to it`)
  expect(stderr).not.toContain('ASSIGNED')
  expect(code).toBe(0)
})
