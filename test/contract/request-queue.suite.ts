import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rejectedRequest } from '../../lib/contracts/rejected-request.ts'
import type { Release } from '../../lib/contracts/release.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { RequestQueue } from '../../lib/ports/request-queue.ts'
import { eventually } from '../support/eventually.ts'
import { t0 } from '../support/runs.ts'

/** A message as a consumer receives it. */
interface ReceivedMessage {
  readonly receiptHandle: string
  readonly body: string
  readonly receiveCount: number
}

/** An empty request queue under test. Its visibility timeout is a second. */
export interface OpenRequestQueue {
  readonly queue: RequestQueue
  send(body: string): Promise<void>
  /** Receives up to ten visible messages. In a simulation, some time passes. */
  receive(): Promise<readonly ReceivedMessage[]>
  receiveRejected(): Promise<readonly ReceivedMessage[]>
  /** Makes the queues unreachable. */
  unplug(): Promise<void>
  close(): Promise<void>
}

const releaseOf = (number: number): Release => ({
  release: 1,
  domainId: 'dzd_orders',
  assetId: 'asset-1',
  record: `RUN#${number}#BUSINESS_NAMES#0001`,
})

/** SQS documents that it accepts only characters of XML 1.0. This is not one of them. */
const refusedCharacter = '\uFFFF'

const rejected = rejectedRequest(
  'event-1',
  t0,
  ['asset.id: is missing; give a string'],
  '{"version":1,"é":"\u0000"}',
)

/** The contract that every RequestQueue keeps. */
export const requestQueueContract = (name: string, open: () => Promise<OpenRequestQueue>): void => {
  describe(`RequestQueue: ${name}`, () => {
    let opened: OpenRequestQueue
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened?.close())

    /** Polls until this many different bodies were received, and returns them sorted. */
    const bodies = async (count: number): Promise<readonly string[]> => {
      const seen = new Set<string>()
      await eventually(async () => {
        for (const message of await opened.receive()) seen.add(message.body)
        expect(seen.size).toBeGreaterThanOrEqual(count)
      })
      return [...seen].sort()
    }

    const one = (): Promise<ReceivedMessage> =>
      eventually(async () => {
        const [message] = await opened.receive()
        if (message === undefined) throw new Error('no message has arrived yet')
        return message
      })

    describe('release', () => {
      test('puts more than ten releases on the queue', async () => {
        const releases = Array.from({ length: 23 }, (_, number) => ({
          release: releaseOf(number),
          delaySeconds: 0,
        }))
        expect(await opened.queue.release(releases)).toEqual(releases.map(() => true))
        expect(await bodies(23)).toEqual(releases.map(({ release }) => JSON.stringify(release)).sort())
      })

      test('delays each release as requested', async () => {
        const accepted = await opened.queue.release([
          { release: releaseOf(900), delaySeconds: 900 },
          { release: releaseOf(1), delaySeconds: 1 },
          { release: releaseOf(0), delaySeconds: 0 },
        ])
        expect(accepted).toEqual([true, true, true])
        expect(await one()).toMatchObject({ body: JSON.stringify(releaseOf(0)), receiveCount: 1 })
        expect(await bodies(2)).toEqual(
          [releaseOf(0), releaseOf(1)].map((release) => JSON.stringify(release)),
        )
      })

      test('returns, in order, which releases were accepted', async () => {
        const releases = Array.from({ length: 14 }, (_, number) => ({
          release: releaseOf(number),
          delaySeconds: 0,
        }))
        const refused = new Set([1, 12])
        const given = releases.map(({ release, delaySeconds }, number) => ({
          release: refused.has(number) ? { ...release, record: refusedCharacter } : release,
          delaySeconds,
        }))
        expect(await opened.queue.release(given)).toEqual(given.map((_, number) => !refused.has(number)))
        const accepted = releases.filter((_, number) => !refused.has(number))
        expect(await bodies(12)).toEqual(accepted.map(({ release }) => JSON.stringify(release)).sort())
      })

      test('accepts an empty list', async () => {
        expect(await opened.queue.release([])).toEqual([])
      })
    })

    describe('submit', () => {
      test('queues every request of several batches, with any characters', async () => {
        const requests = Array.from({ length: 23 }, (_, number) => ({
          version: 1 as const,
          requestId: `backfill/${number}`,
          kind: 'METADATA_GENERATION' as const,
          domainId: 'dzd_orders',
          projectId: 'project-1',
          asset: { id: 'asset-1', revision: `é${refusedCharacter}${number}` },
        }))
        expect(await opened.queue.submit(requests)).toEqual(requests.map(() => true))
        const received = await bodies(23)
        expect(received.map((body) => JSON.parse(body).asset.revision).toSorted()).toEqual(
          requests.map(({ asset }) => asset.revision).toSorted(),
        )
      })
    })

    describe('postpone', () => {
      test('hides a message for the delay', async () => {
        await opened.send('long')
        const { receiptHandle } = await one()
        await opened.queue.postpone(receiptHandle, 900)
        await opened.send('short')
        await one()
        // When `short` is visible again after a second, `long` would be visible, too, had it not been postponed.
        expect(await one()).toMatchObject({ body: 'short', receiveCount: 2 })
        expect(await opened.receive()).toEqual([])
      })

      test('shows a hidden message at once', async () => {
        await opened.send('again')
        const { receiptHandle } = await one()
        await opened.queue.postpone(receiptHandle, 0)
        expect(await opened.receive()).toMatchObject([{ body: 'again', receiveCount: 2 }])
      })

      test('throws for a message that is not hidden, and for an unknown receipt handle', async () => {
        await opened.send('back')
        const { receiptHandle } = await one()
        await opened.queue.postpone(receiptHandle, 0)
        await expect(opened.queue.postpone(receiptHandle, 5)).rejects.toThrow(PortUnavailable)
        await expect(opened.queue.postpone('no-handle', 5)).rejects.toThrow(PortUnavailable)
      })
    })

    test('P2: keeps a copy of a rejected request', async () => {
      await opened.queue.copyRejected(rejected)
      const [copy] = await eventually(async () => {
        const messages = await opened.receiveRejected()
        expect(messages).toHaveLength(1)
        return messages
      })
      expect(JSON.parse(copy?.body ?? '')).toEqual(rejected)
    })

    test('P2: keeps the largest possible copy', async () => {
      const reasons = Array.from({ length: 20 }, () => '語'.repeat(300))
      await opened.queue.copyRejected(rejectedRequest('event-1', t0, reasons, '\u0001語"'.repeat(100_000)))
      await eventually(async () => expect(await opened.receiveRejected()).toHaveLength(1))
    })

    test('P2: keeps a copy of a text that SQS would refuse', async () => {
      await opened.queue.copyRejected(rejectedRequest('event-1', t0, [refusedCharacter], refusedCharacter))
    })

    test('throws when the queues cannot be reached', async () => {
      await opened.send('message')
      const { receiptHandle } = await one()
      await opened.unplug()
      const { queue } = opened
      const release = [{ release: releaseOf(1), delaySeconds: 0 }]
      await expect(queue.release(release)).rejects.toThrow(PortUnavailable)
      await expect(queue.postpone(receiptHandle, 5)).rejects.toThrow(PortUnavailable)
      await expect(queue.copyRejected(rejected)).rejects.toThrow(PortUnavailable)
    })
  })
}
