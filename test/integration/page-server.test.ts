import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from '../../page/server/page-server.ts'
import { cookieOf, openFirstAddress, send } from '../support/page-client.ts'
import { acceptedRequest, openPageWorld, type PageWorld, subjectOf } from '../support/page-world.ts'
import { domainId, projectId } from '../support/requests.ts'
import { endedRun } from '../support/runs.ts'

describe('the server of the page', () => {
  let world: PageWorld
  let page: Page
  let cookie: string
  beforeAll(async () => {
    world = await openPageWorld()
    world.store.put(endedRun({ subject: subjectOf('orders'), projectId }))
    page = await world.start()
    cookie = await cookieOf(page)
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

  describe('access', () => {
    test('accepts the token of the first address, sets a strict cookie, and redirects to the address without the token', async () => {
      const first = await openFirstAddress(page)
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
      'refuses the Host %s even with the cookie: DNS rebinding',
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
      ['the origin of another site', { origin: 'https://evil.example' }],
      ['no origin', { origin: undefined }],
      ['no page header, as from a form', { 'x-dzrun-page': undefined }],
      ['text/plain, as from a form', { 'content-type': 'text/plain' }],
      ['no cookie', { cookie: undefined }],
    ])('refuses a change with %s: CSRF', async (_, over) => {
      const headers = Object.fromEntries(
        Object.entries({ ...own(), ...over }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      )
      const answer = await change(headers, cancel)
      expect([401, 403]).toContain(answer.status)
      expect(await world.takeRequests()).toEqual([])
    })

    test('makes a planned change once, and only when the confirmation repeats its count', async () => {
      const plan = JSON.parse((await change(own(), cancel)).body)
      expect(plan).toMatchObject({ title: 'Cancel what runs for 2 targets', count: 2 })
      const confirm = (count: number) => change(own(), { id: plan.id, count }, '/api/changes/confirm')
      expect((await confirm(3)).status).toBe(409)
      expect(await world.takeRequests()).toEqual([])
      expect((await confirm(2)).status).toBe(200)
      expect(await world.takeRequests()).toMatchObject([
        { kind: 'CANCEL', asset: { id: 'orders' } },
        { kind: 'CANCEL', asset: { id: 'customers' } },
      ])
      expect((await confirm(2)).status).toBe(409)
    })

    test('names the invalid field of a change', async () => {
      const answer = await change(own(), {
        action: 'cancel',
        targets: [{ domainId: 'x', assetId: '../etc' }],
      })
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.body).message).toContain('targets')
    })

    test('redrives each message that can be sent once, and puts the others back', async () => {
      await world.reject({ body: '{"version":9}', reasons: ['version: must be 1'] })
      await world.reject({ body: JSON.stringify(acceptedRequest), reasons: ['domainId: is not selected'] })
      const plan = JSON.parse((await change(own(), { action: 'redrive', queue: 'rejected' })).body)
      expect(plan).toMatchObject({ title: 'Redrive 1 message', count: 1 })
      expect(
        plan.messages.map(({ reasons }: { reasons: readonly string[] }) => reasons[0]).toSorted(),
      ).toEqual(['domainId: is not selected', 'version: must be 1'])
      const done = await change(own(), { id: plan.id, count: 1 }, '/api/changes/confirm')
      expect(JSON.parse(done.body)).toEqual({ done: 'redrove 1 of 1 message' })
      expect(await world.takeRequests()).toEqual([acceptedRequest])
      const next = JSON.parse((await change(own(), { action: 'redrive', queue: 'rejected' })).body)
      expect(next).toMatchObject({ count: 0, messages: [{ reasons: ['version: must be 1'] }] })
    })

    test('puts the messages back when the change is discarded', async () => {
      await world.reject({ body: JSON.stringify(acceptedRequest), reasons: ['given up'] })
      const planRedrive = () => change(own(), { action: 'redrive', queue: 'rejected' })
      const plan = JSON.parse((await planRedrive()).body)
      expect((await planRedrive()).status).toBe(409)
      await change(own(), { id: plan.id }, '/api/changes/discard')
      const again = JSON.parse((await planRedrive()).body)
      expect(again.messages.length).toBe(plan.messages.length)
      expect((await change(own(), { id: plan.id, count: 1 }, '/api/changes/confirm')).status).toBe(409)
      await change(own(), { id: again.id }, '/api/changes/discard')
    })

    test('has neither routes that change anything nor routes of a local stack for a deployed stack', async () => {
      const deployed = await openPageWorld({ isDeployed: true, allowChanges: false })
      try {
        const other = await deployed.start()
        const headers = { ...own(), cookie: await cookieOf(other), origin: other.origin }
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
})
