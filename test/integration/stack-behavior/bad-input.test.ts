import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import { type EventDetail, withoutRepeats } from '../../support/outside-view.ts'
import { publishedEvent, runRequest } from '../../support/requests.ts'
import { badBodies, text } from './bad-bodies.ts'

const neighbors = ['neighbor-1', 'neighbor-2', 'neighbor-3']
/** Valid, although they look hostile: the contract allows these ids and revisions. */
const oddRequest = runRequest('odd-one', { requestId: "'; DROP TABLE runs; -- {}[]<>", correlationId: ' ~ ' })
const oddRevision = runRequest('odd-revision', { asset: { id: 'odd-revision', revision: '../#%\u0000語' } })

describe('a stack that receives bad input (P2)', () => {
  let system: LocalSystem
  let rejected: readonly EventDetail[]
  let copies: Awaited<ReturnType<LocalSystem['rejectedCopies']>>
  const rejections = () => withoutRepeats(system.endings().filter(({ data }) => data.status === 'REJECTED'))

  beforeAll(async () => {
    const ids = [...neighbors, 'odd-one', 'odd-revision']
    system = await openSystem({
      assets: ids.map((id) => ({ id })),
      batch: { size: 10, windowSeconds: 1 },
    })
    const [first = '', second = '', third = ''] = neighbors
    const half = badBodies.length / 2
    system.stack.publishServiceEvent(publishedEvent(first))
    await system.send(
      ...badBodies.slice(0, half).map(({ body }) => body),
      runRequest(second),
      oddRequest,
      text(oddRevision),
    )
    await system.send(...badBodies.slice(half).map(({ body }) => body), runRequest(third))
    await system.sweepUntil(() => {
      expect(rejections().filter(({ data }) => data.asset === undefined)).toHaveLength(badBodies.length)
      expect(system.endingsOf(...ids)).toHaveLength(ids.length)
    })
    await system.untilIdle()
    rejected = rejections()
    // A copy may be sent twice, like its event.
    copies = [...new Map((await system.rejectedCopies()).map((copy) => [copy.eventId, copy])).values()]
  })
  afterAll(() => system?.close())

  test('sends one Rejected event and one copy with the reason for each body', () => {
    for (const { what, body, reason } of badBodies) {
      const sent = body.toWellFormed()
      const own = copies.filter((copy) =>
        copy.truncated ? sent.startsWith(copy.body) && copy.body !== '' : copy.body === sent,
      )
      expect(own, what).toHaveLength(1)
      expect(own[0]?.reasons.join('; '), what).toMatch(reason)
      const events = rejected.filter(({ metadata }) => metadata.id === own[0]?.eventId)
      expect(events, what).toHaveLength(1)
      expect(events[0]?.data.error?.message, what).toMatch(reason)
    }
    expect(copies).toHaveLength(rejected.length)
  })

  test('leaves nothing on the queue, in the dead-letter queue or in the table', async () => {
    expect((await system.stack.activity()).queues['RequestQueue']).toEqual({
      visible: 0,
      inFlight: 0,
      delayed: 0,
    })
    expect(await system.deadLetters()).toEqual([])
    expect(await system.recordsOf('never-run')).toEqual([])
    expect(system.runsOf('never-run')).toEqual([])
  })

  test('runs the valid requests of the same batches', () => {
    for (const assetId of [...neighbors, 'odd-one']) {
      expect(system.runsOf(assetId)).toHaveLength(1)
      expect(system.endingsOf(assetId)).toMatchObject([{ data: { status: 'SUCCEEDED' } }])
    }
    expect(system.endingsOf('odd-one')).toMatchObject([
      { metadata: { causationId: oddRequest.requestId, correlationId: oddRequest.correlationId } },
    ])
  })

  test('rejects a revision that DataZone does not know', () => {
    expect(system.runsOf('odd-revision')).toEqual([])
    expect(system.endingsOf('odd-revision')).toMatchObject([
      {
        data: {
          status: 'REJECTED',
          asset: { id: 'odd-revision', revision: oddRevision.asset.revision },
          error: { name: 'ResourceNotFoundException' },
        },
      },
    ])
  })

  test('sends a repeat of a bad body with the same event id (P4)', async () => {
    const [bad] = badBodies
    const before = system.endings().length
    await system.send(bad?.body ?? '')
    await system.untilIdle()
    expect(system.endings().length).toBeGreaterThan(before)
    expect(rejections()).toEqual(rejected)
    expect(await system.rejectedCopies()).toMatchObject([{ body: bad?.body }])
  })
})
