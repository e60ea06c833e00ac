import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from '../../page/server/page-server.ts'
import { eventually } from '../support/eventually.ts'
import { cookieOf, readStream } from '../support/page-client.ts'
import { openPageWorld, type PageWorld, subjectOf } from '../support/page-world.ts'
import { projectId } from '../support/requests.ts'
import { endedRun, parkedRun } from '../support/runs.ts'

const lastId = (text: string): string => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? ''

describe('the stream of the page', () => {
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

  const read = (headers: Record<string, string>, isEnough: (text: string) => boolean) =>
    readStream(page, { cookie, ...headers }, isEnough)

  test('begins with a snapshot, and resumes after the last id with the changes since then', async () => {
    const first = await read({}, (text) => text.includes('"orders"') && lastId(text) !== '')
    expect(first).toContain('event: snapshot')
    world.store.put(
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

  test('sends a snapshot to a viewer whose last id is from another server', async () => {
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

  test('reports why the table cannot be read, and clears the problem once it can be read', async () => {
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
      const text = await readStream(other, { cookie: await cookieOf(other) }, (all) => {
        if (all.includes('"problem":"the table does not answer: no credentials"')) isBroken = false
        return !isBroken && all.lastIndexOf('"problem":""') > all.lastIndexOf('no credentials')
      })
      expect(text).toContain('no credentials')
    } finally {
      await broken.close()
    }
  })

  test('shows the events of the bus of a deployed stack, and closes their source when the page closes', async () => {
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
      const text = await readStream(other, { cookie: await cookieOf(other) }, (all) =>
        all.includes('"id":"e1"'),
      )
      expect(text).toContain('"hasBusEvents":true')
      expect(text).toContain('"bus":"service"')
    } finally {
      await deployed.close()
    }
    expect(isClosed).toBe(true)
  })
})
