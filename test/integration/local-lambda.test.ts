import { afterEach, expect, test } from 'vitest'
import { functionEnv } from '../../local/lambda/function-env.ts'
import { type LambdaHost, lambdaHost } from '../../local/lambda/host.ts'
import type { FunctionPlan } from '../../local/template/functions.ts'
import { eventually } from '../support/eventually.ts'

const directory = new URL('../support', import.meta.url).pathname
const endpoints = {
  dynamodb: 'http://d',
  sqs: 'http://s',
  eventbridge: 'http://e',
  sns: 'http://n',
  datazone: 'http://z',
}

function plan(exportName: string, properties: Partial<FunctionPlan> = {}): FunctionPlan {
  return {
    logicalId: exportName,
    name: `fn-${exportName}`,
    arn: `arn:${exportName}`,
    module: 'local-functions',
    exportName,
    timeoutMs: 10_000,
    memoryMb: 256,
    reservedConcurrency: undefined,
    environment: { FROM_TEMPLATE: 'yes' },
    ...properties,
  }
}

let host: LambdaHost
const lines: string[] = []
const startHost = (...functions: FunctionPlan[]) => {
  lines.length = 0
  const env = (of: FunctionPlan, environmentId: string) =>
    functionEnv(of, { region: 'eu-west-1', endpoints, settings: {}, taskRoot: directory, environmentId })
  host = lambdaHost({ functions, directory, env, log: (line, source) => lines.push(`${source}: ${line}`) })
  return host
}
afterEach(() => host.stop())

/** Casts the outcome of the echo function to its type. */
const echoOf = (outcome: unknown) =>
  outcome as { value: { invocations: number; env: Record<string, string>; context: Record<string, unknown> } }

test('passes the event and the context to a handler, and returns its value', async () => {
  const outcome = await startHost(plan('echo')).invoke('echo', { a: [1] })
  expect(outcome).toMatchObject({
    outcome: 'ok',
    value: {
      event: { a: [1] },
      context: {
        awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/),
        functionName: 'fn-echo',
        invokedFunctionArn: 'arn:echo',
        memoryLimitInMB: '256',
        logStreamName: 'env-1',
      },
    },
  })
  const { context } = echoOf(outcome).value
  expect(context['remainingMs']).toSatisfy((ms: number) => ms > 0 && ms <= 10_000)
})

test('isolates a handler from the environment variables of this process', async () => {
  process.env['SECRET_OF_THIS_PROCESS'] = 'x'
  const { env } = echoOf(await startHost(plan('echo')).invoke('echo', null)).value
  delete process.env['SECRET_OF_THIS_PROCESS']
  expect(env).toMatchObject({ FROM_TEMPLATE: 'yes', AWS_LAMBDA_FUNCTION_NAME: 'fn-echo' })
  expect(env).not.toHaveProperty('SECRET_OF_THIS_PROCESS')
  expect(env).not.toHaveProperty('HOME')
  expect(env).not.toHaveProperty('NODE_COMPILE_CACHE')
})

test('reuses a warm environment and adds one for a concurrent invocation', async () => {
  startHost(plan('echo'))
  await host.invoke('echo', 1)
  expect(echoOf(await host.invoke('echo', 2)).value).toMatchObject({
    invocations: 2,
    env: { AWS_SDK_UA_APP_ID: 'env-1' },
  })
  const both = await Promise.all([host.invoke('echo', 3), host.invoke('echo', 4)])
  expect(both.map((outcome) => echoOf(outcome).value.env['AWS_SDK_UA_APP_ID'])).toEqual(['env-1', 'env-2'])
})

test('reports an error with its type and message, and keeps the environment', async () => {
  startHost(plan('fail'))
  const failed = { outcome: 'error', type: 'TypeError', message: 'failed on purpose: {"n":1}' }
  expect(await host.invoke('fail', { n: 1 })).toEqual(failed)
  await host.invoke('fail', { n: 2 })
  expect(lines).toEqual(['fail env-1: failed on purpose: {"n":1}', 'fail env-1: failed on purpose: {"n":2}'])
})

test('ends a timed-out invocation together with its environment', async () => {
  startHost(plan('hang', { timeoutMs: 50 }))
  expect(await host.invoke('hang', null)).toEqual({ outcome: 'timeout' })
  await host.invoke('hang', null)
  expect(lines).toEqual([
    'hang env-1: Task timed out after 0.05 seconds',
    'hang env-2: Task timed out after 0.05 seconds',
  ])
})

test('reports a crash and starts a new environment after it', async () => {
  startHost(plan('exit'))
  expect(await host.invoke('exit', null)).toMatchObject({
    outcome: 'error',
    type: 'Runtime.ExitError',
    message: 'Runtime exited with code 3',
  })
  expect(await host.invoke('exit', null)).toMatchObject({ outcome: 'error' })
  expect(lines[1]).toContain('env-2')
})

test('kills an environment in the middle of an invocation', async () => {
  startHost(plan('hang'))
  const invocation = host.invoke('hang', null)
  await host.terminate('env-1')
  expect(await invocation).toMatchObject({
    outcome: 'error',
    message: 'Runtime exited with error: signal: killed',
  })
  await host.terminate('env-1')
})

test('reports why a bundle cannot be loaded', async () => {
  startHost(plan('missing'))
  expect(await host.invoke('missing', null)).toMatchObject({
    outcome: 'error',
    message: expect.stringContaining('exports no function named missing'),
  })
})

test('refuses a missing bundle before any invocation', () => {
  startHost(plan('echo'))
  const env = () => ({})
  const missing = { functions: [plan('echo', { module: 'dist/echo/index' })], directory, env, log: () => {} }
  expect(() => lambdaHost(missing)).toThrow('echo: no bundle at')
})

test('throttles invocations above the reserved concurrency', async () => {
  startHost(plan('hang', { reservedConcurrency: 1 }))
  const first = host.invoke('hang', null)
  expect(host.running('hang')).toBe(1)
  expect(await host.invoke('hang', null)).toEqual({ outcome: 'throttled' })
  await host.stop()
  expect(await first).toMatchObject({ outcome: 'error' })
  expect(host.running()).toBe(0)
})

test('returns null for undefined and passes printed lines to the log', async () => {
  startHost(plan('mute'), plan('echo'))
  expect(await host.invoke('mute', null)).toEqual({ outcome: 'ok', value: null })
  await host.invoke('echo', null)
  await eventually(() => expect(lines).toContain('echo env-2: echo 1'))
})
