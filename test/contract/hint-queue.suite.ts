import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../lib/errors.ts'
import type { HintQueue } from '../../lib/ports/hint-queue.ts'
import { eventually } from '../support/eventually.ts'

/** An empty hint queue under test. Its visibility timeout is a minute. */
export interface OpenHintQueue {
  readonly queue: HintQueue
  send(body: string): Promise<void>
  /** Receives up to ten visible messages. In a simulation, some time passes. */
  receive(): Promise<
    readonly { readonly receiptHandle: string; readonly body: string; readonly receiveCount: number }[]
  >
  /** Makes the queue unreachable. */
  unplug(): Promise<void>
  close(): Promise<void>
}

/** The contract that every HintQueue keeps. */
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

    test('shows more than ten messages again after the delay, and counts their receives', async () => {
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

    test('shows a message again at once after a delay of zero, and accepts an empty list', async () => {
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
