import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rejectedRequest } from '../../../../lib/contracts/rejected-request.ts'
import type { HeldMessage } from '../../../../lib/ports/held-queue.ts'
import { candidateOf, edited, matchesFilter, redrive } from '../../../../lib/usecases/operate/redrive.ts'
import { t0 } from '../../../support/runs.ts'

const bodyOf = (requestId: string, over: object = {}) =>
  JSON.stringify({
    version: 1,
    requestId,
    kind: 'METADATA_GENERATION',
    domainId: 'dzd_orders',
    projectId: 'project-1',
    asset: { id: 'asset-1' },
    ...over,
  })

const message = (id: string, body = bodyOf(id)): HeldMessage => ({ id, body, receiptHandle: `handle-${id}` })

const rejectedMessage = (body: string) =>
  message('m', JSON.stringify(rejectedRequest('event-1', t0, ['types: must be one of ...'], body)))

describe('a message to redrive', () => {
  test('is the body of a dead letter as it was sent', () => {
    expect(candidateOf('dead', message('m'), t0)).toMatchObject({ body: bodyOf('m'), problems: [] })
  })

  test('is the body inside the copy of a rejected request, with its reasons', () => {
    expect(candidateOf('rejected', rejectedMessage(bodyOf('r')), t0)).toMatchObject({
      body: bodyOf('r'),
      reasons: ['types: must be one of ...'],
      problems: [],
    })
  })

  test.each([
    ['would be rejected again', bodyOf('r', { asset: {} }), 'asset.id: is missing; give a string'],
    ['was cut', 'x'.repeat(200_000), 'body: was cut to fit the queue; its sender must send it again'],
  ])('names the problem of a body that %s', (_, body, problem) => {
    expect(candidateOf('rejected', rejectedMessage(body), t0).problems).toEqual([problem])
  })

  test('names the problem of a copy without a body', () => {
    expect(candidateOf('rejected', message('m', 'not json'), t0).problems).toEqual(['body: is missing'])
  })

  test('is checked again after it was edited', () => {
    const wrong = candidateOf('rejected', rejectedMessage(bodyOf('r', { asset: {} })), t0)
    expect(edited(wrong, bodyOf('r'), t0).problems).toEqual([])
  })

  test('matches a text in its body or its reasons, in any case', () => {
    const candidate = candidateOf('rejected', rejectedMessage(bodyOf('r')), t0)
    expect(['PROJECT-1', 'must be', undefined].map((filter) => matchesFilter(candidate, filter))).toEqual([
      true,
      true,
      true,
    ])
    expect(matchesFilter(candidate, 'project-2')).toBe(false)
  })
})

describe('redrive', () => {
  const world = (count: number) => {
    const held = new Map(
      Array.from({ length: count }, (_, index) => message(String(index))).map((one) => [one.id, one]),
    )
    const requests: string[] = []
    return {
      held,
      requests,
      candidates: [...held.values()].map((one) => candidateOf('dead', one, t0)),
      queue: { remove: async ({ id }: HeldMessage) => void held.delete(id) },
      send: async (bodies: readonly string[]) => {
        requests.push(...bodies)
        return bodies.map(() => true)
      },
    }
  }

  test('moves every message that has no problem', async () => {
    const { candidates, held, requests, queue, send } = world(23)
    const wrong = edited(candidates[0] ?? never(), 'not json', t0)
    expect(await redrive([wrong, ...candidates.slice(1)], queue, send)).toBe(22)
    expect(requests).toHaveLength(22)
    expect([...held.keys()]).toEqual(['0'])
  })

  test('keeps a message that the request queue does not accept', async () => {
    const { candidates, held, queue } = world(3)
    const send = async (bodies: readonly string[]) => bodies.map((_, index) => index !== 1)
    expect(await redrive(candidates, queue, send)).toBe(2)
    expect([...held.keys()]).toEqual(['1'])
  })

  test('loses no message when it is killed at any call, and repeats only request ids', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 25 }), fc.nat(40), async (count, killedAt) => {
        const { candidates, held, requests, queue, send } = world(count)
        let calls = 0
        const step = () => {
          calls += 1
          if (calls > killedAt) throw new Error('killed')
        }
        const killable = {
          remove: async (one: HeldMessage) => {
            step()
            await queue.remove(one)
          },
        }
        const sendKillable = async (bodies: readonly string[]) => {
          step()
          return send(bodies)
        }
        await redrive(candidates, killable, sendKillable).catch(() => 0)
        const known = new Set([...requests, ...[...held.values()].map(({ body }) => body)])
        expect(known.size).toBe(count)
        const rest = [...held.values()].map((one) => candidateOf('dead', one, t0))
        await redrive(rest, queue, send)
        expect(held.size).toBe(0)
        expect(new Set(requests).size).toBe(count)
      }),
    )
  })
})

const never = (): never => {
  throw new Error('expected a candidate')
}
