import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from '../../page/server/page-server.ts'
import { eventually } from '../support/eventually.ts'
import { openPageWorld, type PageWorld } from '../support/page-world.ts'
import { domainId, projectId } from '../support/requests.ts'
import { endedRun, parkedRun } from '../support/runs.ts'

const goodRequest = {
  version: 1,
  requestId: 'again',
  kind: 'METADATA_GENERATION',
  domainId,
  projectId,
  asset: { id: 'orders' },
}

const subjectOf = (assetId: string) =>
  ({
    kind: 'METADATA_GENERATION',
    domainId,
    assetId,
    revision: '1',
    types: ['BUSINESS_DESCRIPTIONS'],
  }) as const

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Sends exactly these headers: fetch would set its own Host and Origin. */
const send = (
  { port }: Page,
  path: string,
  options: {
    readonly method?: string
    readonly headers?: Record<string, string>
    readonly body?: string
  } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } },
      async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text })
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })

describe('the server of the page', () => {
  let world: PageWorld
  let page: Page
  let cookie: string
  beforeAll(async () => {
    world = await openPageWorld()
    world.store.given(endedRun({ subject: subjectOf('orders'), projectId }))
    page = await world.start()
    const first = await send(page, new URL(page.url).pathname + new URL(page.url).search)
    cookie = String(first.headers['set-cookie']).split(';')[0] ?? ''
  })
  afterAll(() => world?.close())

  const own = () => ({ cookie, origin: page.origin, 'x-dzrun-page': '1', 'content-type': 'application/json' })
  const change = (headers: Record<string, string>, body: object, path = '/api/changes/plan') =>
    send(page, path, { method: 'POST', headers, body: JSON.stringify(body) })
  const cancel = {
    action: 'cancel',
    targets: [
      { domainId, projectId, assetId: 'orders' },
      { domainId, projectId, assetId: 'customers' },
    ],
  }

  describe('who may look', () => {
    test('takes the token of the first address, sets a strict cookie, and removes it from the address', async () => {
      const { pathname, search } = new URL(page.url)
      const first = await send(page, pathname + search)
      expect(first.status).toBe(303)
      expect(first.headers['location']).toBe('/')
      expect(String(first.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict$/)
      expect((await send(page, '/', { headers: { cookie } })).status).toBe(200)
    })

    test.each([
      '/',
      '/api/stream',
      '/api/series?window=hour',
      '/api/older?updatedAtMs=1',
      '/api/assets',
      '/files/main.js',
      '/?token=wrong',
    ])('refuses %s without the token', async (path) => {
      const answer = await send(page, path)
      expect(answer.status).toBe(401)
      expect(answer.body).not.toContain(world.stack.tableName)
    })

    test.each(['evil.example', 'localhost.evil.example:80', '127.0.0.1', '127.0.0.1:1'])(
      'refuses the Host %s, also with the cookie: DNS rebinding',
      async (host) => {
        const answer = await send(page, '/api/series?window=hour', { headers: { cookie, host } })
        expect(answer.status).toBe(403)
      },
    )

    test.each([
      ['another origin', { origin: 'https://evil.example' }],
      ['another port', { origin: 'http://127.0.0.1:1' }],
      ['a sandboxed frame', { origin: 'null' }],
      ['another site', { 'sec-fetch-site': 'cross-site' }],
      ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ])('refuses to read for %s', async (_, headers) => {
      const answer = await send(page, '/api/series?window=hour', { headers: { cookie, ...headers } })
      expect(answer.status).toBe(403)
    })

    test('forbids inline script and style, frames, and foreign content, on every answer', async () => {
      for (const path of ['/', '/files/main.js', '/api/none', '/?token=wrong']) {
        const { headers } = await send(page, path, { headers: { cookie } })
        const policy = String(headers['content-security-policy'])
        expect(policy).toContain("default-src 'none'")
        expect(policy).toContain("frame-ancestors 'none'")
        expect(policy).not.toContain('unsafe')
        expect(headers['x-content-type-options']).toBe('nosniff')
      }
    })
  })

  describe('changes', () => {
    test.each([
      ['a form of another site', { origin: 'https://evil.example' }],
      ['no origin', { origin: undefined }],
      ['a form, which cannot send the header', { 'x-dzrun-page': undefined }],
      ['text/plain, which a form can send', { 'content-type': 'text/plain' }],
      ['no cookie', { cookie: undefined }],
    ])('refuses a change with %s: CSRF', async (_, over) => {
      const headers = Object.fromEntries(
        Object.entries({ ...own(), ...over }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      )
      const answer = await change(headers, cancel)
      expect([401, 403]).toContain(answer.status)
      expect(await world.sent()).toEqual([])
    })

    test('makes a planned change once, and only when the confirmation repeats its count', async () => {
      const plan = JSON.parse((await change(own(), cancel)).body)
      expect(plan).toMatchObject({ title: 'Cancel what runs for 2 targets', count: 2 })
      const confirm = (count: number) => change(own(), { id: plan.id, count }, '/api/changes/confirm')
      expect((await confirm(3)).status).toBe(409)
      expect(await world.sent()).toEqual([])
      expect((await confirm(2)).status).toBe(200)
      expect(await world.sent()).toMatchObject([
        { kind: 'CANCEL', asset: { id: 'orders' } },
        { kind: 'CANCEL', asset: { id: 'customers' } },
      ])
      expect((await confirm(2)).status).toBe(409)
    })

    test('names the field that is wrong in a change', async () => {
      const answer = await change(own(), {
        action: 'cancel',
        targets: [{ domainId: 'x', assetId: '../etc' }],
      })
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.body).message).toContain('targets')
    })

    test('redrives what can be sent, once, and puts the rest back', async () => {
      await world.reject({ body: '{"version":9}', reasons: ['version: must be 1'] })
      await world.reject({ body: JSON.stringify(goodRequest), reasons: ['domainId: is not selected'] })
      const plan = JSON.parse((await change(own(), { action: 'redrive', shelf: 'rejected' })).body)
      expect(plan).toMatchObject({ title: 'Redrive 1 message', count: 1 })
      expect(
        plan.messages.map(({ reasons }: { reasons: readonly string[] }) => reasons[0]).toSorted(),
      ).toEqual(['domainId: is not selected', 'version: must be 1'])
      const done = await change(own(), { id: plan.id, count: 1 }, '/api/changes/confirm')
      expect(JSON.parse(done.body)).toEqual({ done: 'redrove 1 of 1 message' })
      expect(await world.sent()).toEqual([goodRequest])
      const next = JSON.parse((await change(own(), { action: 'redrive', shelf: 'rejected' })).body)
      expect(next).toMatchObject({ count: 0, messages: [{ reasons: ['version: must be 1'] }] })
    })

    test('shows messages again when the change is given up', async () => {
      await world.reject({ body: JSON.stringify(goodRequest), reasons: ['given up'] })
      const ask = () => change(own(), { action: 'redrive', shelf: 'rejected' })
      const plan = JSON.parse((await ask()).body)
      expect((await ask()).status).toBe(409)
      await change(own(), { id: plan.id }, '/api/changes/discard')
      const again = JSON.parse((await ask()).body)
      expect(again.messages.length).toBe(plan.messages.length)
      expect((await change(own(), { id: plan.id, count: 1 }, '/api/changes/confirm')).status).toBe(409)
      await change(own(), { id: again.id }, '/api/changes/discard')
    })

    test('has no path that changes anything, nor any of a local stack, when it shows a deployed one', async () => {
      const deployed = await openPageWorld({ isDeployed: true, allowChanges: false })
      try {
        const other = await deployed.start()
        const { pathname, search } = new URL(other.url)
        const first = await send(other, pathname + search)
        const headers = {
          ...own(),
          cookie: String(first.headers['set-cookie']).split(';')[0] ?? '',
          origin: other.origin,
        }
        for (const path of [
          '/api/changes/plan',
          '/api/changes/confirm',
          '/api/changes/discard',
          '/api/local/simulator',
          '/api/local/requests',
          '/api/local/kill-workers',
        ])
          expect((await send(other, path, { method: 'POST', headers, body: '{}' })).status).toBe(404)
      } finally {
        await deployed.close()
      }
    })
  })

  describe('older runs', () => {
    const older = async (query: string) =>
      JSON.parse((await send(page, `/api/older?${query}`, { headers: { cookie } })).body)

    test('lists runs that changed before a time, newest first', async () => {
      expect((await older(`updatedAtMs=${Date.now()}`)).rows).toMatchObject([{ target: 'orders' }])
      expect((await older('updatedAtMs=5')).rows).toEqual([])
      expect((await older(`updatedAtMs=${Date.now()}&status=LOST`)).rows).toEqual([])
    })

    test.each(['updatedAtMs=x', 'updatedAtMs=-1', 'updatedAtMs=1&status=drop%20table', ''])(
      'refuses %s',
      async (query) => {
        expect((await send(page, `/api/older?${query}`, { headers: { cookie } })).status).toBe(400)
      },
    )
  })

  describe('a page that cannot read its table', () => {
    test('says why it cannot read the table, and reads it again', async () => {
      const broken = await openPageWorld()
      let isBroken = true
      const sweeps = {
        last: async () => {
          if (isBroken) throw new Error('no credentials')
          return undefined
        },
      }
      try {
        const other = await broken.start({ stack: { ...broken.stack, sweeps } })
        const { pathname, search } = new URL(other.url)
        const first = await send(other, pathname + search)
        const stopped = new AbortController()
        const { body } = await fetch(`${other.origin}/api/stream`, {
          headers: { cookie: String(first.headers['set-cookie']).split(';')[0] ?? '' },
          signal: stopped.signal,
        })
        let text = ''
        for await (const chunk of body ?? []) {
          text += Buffer.from(chunk).toString()
          if (text.includes('"problem":"the table does not answer: no credentials"')) isBroken = false
          if (!isBroken && text.lastIndexOf('"problem":""') > text.lastIndexOf('no credentials')) break
        }
        expect(isBroken).toBe(false)
      } finally {
        await broken.close()
      }
    })
  })

  describe('the page of a deployed stack', () => {
    test('shows the events of the bus as they come, and closes their source when the page ends', async () => {
      let isClosed = false
      let isSent = false
      const event = { id: 'e1', source: 'aws.datazone', 'detail-type': 'Metadata Generation Succeeded' }
      const busEvents = [
        {
          next: async () => {
            await new Promise((resolve) => setImmediate(resolve))
            if (isSent) return []
            isSent = true
            return [{ bus: 'default', event }]
          },
          close: async () => {
            isClosed = true
          },
        },
      ]
      const deployed = await openPageWorld({ isDeployed: true, allowChanges: false })
      try {
        const other = await deployed.start({ stack: { ...deployed.stack, busEvents } })
        const { pathname, search } = new URL(other.url)
        const first = await send(other, pathname + search)
        const stopped = new AbortController()
        const { body } = await fetch(`${other.origin}/api/stream`, {
          headers: { cookie: String(first.headers['set-cookie']).split(';')[0] ?? '' },
          signal: stopped.signal,
        })
        let text = ''
        for await (const chunk of body ?? []) {
          text += Buffer.from(chunk).toString()
          if (text.includes('"id":"e1"')) break
        }
        expect(text).toContain('"hasBusEvents":true')
        expect(text).toContain('"bus":"service"')
      } finally {
        await deployed.close()
      }
      expect(isClosed).toBe(true)
    })
  })

  describe('the stream', () => {
    /** Reads messages until one satisfies the condition, then disconnects. */
    const read = async (
      headers: Record<string, string>,
      isEnough: (text: string) => boolean,
    ): Promise<string> => {
      const stop = new AbortController()
      const { body } = await fetch(`${page.origin}/api/stream`, {
        headers: { cookie, ...headers },
        signal: stop.signal,
      })
      let text = ''
      try {
        for await (const chunk of body ?? []) {
          text += Buffer.from(chunk).toString()
          if (isEnough(text)) return text
        }
      } finally {
        stop.abort()
      }
      return text
    }
    const lastId = (text: string): string => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? ''

    test('begins with a snapshot, and resumes after the last id with what changed since', async () => {
      const first = await read({}, (text) => text.includes('"orders"') && lastId(text) !== '')
      expect(first).toContain('event: snapshot')
      world.store.given(
        parkedRun({
          subject: subjectOf('customers'),
          projectId,
          history: [{ atMs: Date.now(), what: 'parked' }],
        }),
      )
      const second = await read({ 'last-event-id': lastId(first) }, (text) => text.includes('"customers"'))
      expect(second).not.toContain('event: snapshot')
      expect(second).not.toContain('"orders"')
    })

    test('gives a snapshot to a viewer who knows another server', async () => {
      expect(await read({ 'last-event-id': 'other.5.5.5' }, (text) => text.includes('event: '))).toContain(
        'event: snapshot',
      )
    })

    test('counts a viewer only while it is connected', async () => {
      const viewers = async () => {
        const text = await read({}, (all) => all.includes('"viewers":'))
        return Number(/"viewers":(\d+)/.exec(text)?.[1])
      }
      await eventually(async () => expect(await viewers()).toBeLessThanOrEqual(1))
    })
  })
})
