import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../lib/errors.ts'
import type { HintQueue } from '../../lib/ports/hint-queue.ts'
import { eventually } from '../support/eventually.ts'

/** A hint queue under test, empty; a received message stays hidden for a minute. */
export interface OpenHintQueue {
  readonly queue: HintQueue
  send(body: string): Promise<void>
  /** What is visible now, up to ten; some time passes with each call. */
  receive(): Promise<
    readonly { readonly receiptHandle: string; readonly body: string; readonly receiveCount: number }[]
  >
  /** From now on the queue cannot be reached. */
  unplug(): Promise<void>
  close(): Promise<void>
}

/** What every HintQueue does. */
export const hintQueueContract = (name: string, open: () => Promise<OpenHintQueue>): void => {
  describe(`HintQueue: ${name}`, () => {
    let opened: OpenHintQueue
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened?.close())

    const receiveAll = async (count: number) => {
      const received: Awaited<ReturnType<OpenHintQueue['receive']>>[number][] = []
      await eventually(async () => {
        received.push(...(await opened.receive()))
        expect(received).toHaveLength(count)
      })
      return received
    }

    test('shows messages again after the delay, more than ten of them, and counts the receives', async () => {
      for (let n = 0; n < 12; n += 1) await opened.send(`hint-${n}`)
      const first = await receiveAll(12)
      await opened.queue.postpone(
        first.map(({ receiptHandle }) => receiptHandle),
        0,
      )
      const second = await receiveAll(12)
      expect(second.map(({ body }) => body).toSorted()).toEqual(first.map(({ body }) => body).toSorted())
      expect(new Set(second.map(({ receiveCount }) => receiveCount))).toEqual(new Set([2]))
    })

    test('leaves out what is gone, and does the rest', async () => {
      await opened.send('hint')
      const [message] = await receiveAll(1)
      const handle = message?.receiptHandle ?? ''
      await opened.queue.postpone([handle], 0)
      await receiveAll(1)
      await opened.queue.postpone([], 0)
    })

    test('throws when the queue cannot be reached', async () => {
      await opened.send('hint')
      const [message] = await receiveAll(1)
      await opened.unplug()
      await expect(opened.queue.postpone([message?.receiptHandle ?? ''], 1)).rejects.toThrow(PortUnavailable)
    })
  })
}
