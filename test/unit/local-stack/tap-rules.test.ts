import { describe, expect, test } from 'vitest'
import type { TappedRequest } from '../../../local/servers/tap.ts'
import { tapRules } from '../../../local/servers/tap-rules.ts'

const request: TappedRequest = {
  service: 'dynamodb',
  method: 'POST',
  path: '/',
  operation: 'PutItem',
  body: '{}',
  environmentId: 'env-1',
}

function rules() {
  const terminated: string[] = []
  return { terminated, ...tapRules(async (environmentId) => void terminated.push(environmentId)) }
}

describe('tapRules', () => {
  test('crashes the calling environment once, at the matching call', async () => {
    const { hook, add, terminated } = rules()
    const point = add({
      service: 'dynamodb',
      when: 'after',
      match: ({ operation }) => operation === 'PutItem',
      action: 'crash',
    })
    expect(await hook({ ...request, operation: 'GetItem' }, 'after')).toBe('pass')
    expect(await hook(request, 'before')).toBe('pass')
    expect(await hook({ ...request, service: 'sqs' }, 'after')).toBe('pass')
    expect(terminated).toEqual([])
    expect(await hook(request, 'after')).toBe('hang up')
    expect(terminated).toEqual(['env-1'])
    await point.done
    expect(await hook(request, 'after')).toBe('pass')
    expect(point.hits()).toBe(1)
  })

  test('does not count calls of other clients toward a crash', async () => {
    const { hook, add } = rules()
    const point = add({ service: 'dynamodb', when: 'before', action: 'crash' })
    expect(await hook({ ...request, environmentId: undefined }, 'before')).toBe('pass')
    expect(point.hits()).toBe(0)
  })

  test('acts on the given number of calls, even concurrent ones', async () => {
    const { hook, add } = rules()
    add({ service: 'dynamodb', when: 'before', times: 2, action: 'hang up' })
    const results = await Promise.all([1, 2, 3].map(() => hook(request, 'before')))
    expect(results).toEqual(['hang up', 'hang up', 'pass'])
  })

  test('holds a call until its function resolves', async () => {
    const { hook, add } = rules()
    const gate = Promise.withResolvers<void>()
    add({ service: 'dynamodb', when: 'before', action: () => gate.promise })
    const passing = hook(request, 'before')
    expect(await Promise.race([passing, 'held'])).toBe('held')
    gate.resolve()
    expect(await passing).toBe('pass')
  })

  test('stops acting when it is removed', async () => {
    const { hook, add } = rules()
    add({ service: 'dynamodb', when: 'before', action: 'hang up' }).remove()
    expect(await hook(request, 'before')).toBe('pass')
  })
})
