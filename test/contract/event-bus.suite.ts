import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { endedEvent, type RunEvent } from '../../lib/contracts/run-event.ts'
import type { EventBus } from '../../lib/ports/event-bus.ts'
import { endedRun, minute, subject, t0 } from '../support/runs.ts'

/** An event as a consumer receives it. */
interface SeenEvent {
  readonly detailType: string
  readonly detail: unknown
}

/** An empty event bus under test. */
export interface OpenEventBus {
  readonly bus: EventBus
  seen(): readonly SeenEvent[]
  /** Makes the bus refuse the entries of this detail-type. */
  refuse(detailType: string): void
  /** Makes the bus unreachable. */
  unplug(): Promise<void>
  close(): Promise<void>
}

/** An event of about `bytes` bytes. */
const event = (number: number, bytes = 0, name = 'Run Ended'): RunEvent => {
  const run = endedRun({ subject: { ...subject, assetId: `asset-${number}` }, detectedAtMs: t0 + minute })
  const { detail } = endedEvent(run, { minimal: false })
  const filling = { ...detail.data, error: { name: 'Filling', message: 'é'.repeat(bytes / 2) } }
  return { detailType: name, timeMs: t0 + number, detail: { ...detail, data: filling } }
}

const assetOf = ({ detail }: { readonly detail: unknown }): unknown =>
  Object(Object(Object(detail).data).asset).id

const kilobyte = 1024

/** The contract that every EventBus keeps. */
export const eventBusContract = (name: string, open: () => Promise<OpenEventBus>): void => {
  describe(`EventBus: ${name}`, () => {
    let opened: OpenEventBus
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened?.close())
    const put = (events: readonly RunEvent[]) => opened.bus.put(events)
    const seenAssets = () => opened.seen().map(assetOf)

    test('accepts an empty batch', async () => {
      expect(await put([])).toEqual([])
    })

    test('delivers an event unchanged', async () => {
      const sent = endedEvent(endedRun(), { minimal: false })
      expect(await put([sent])).toEqual([true])
      expect(opened.seen()).toEqual([{ detailType: sent.detailType, detail: sent.detail }])
    })

    test('accepts more than ten events', async () => {
      const numbers = Array.from({ length: 23 }, (_, number) => number)
      expect(await put(numbers.map((number) => event(number)))).toEqual(numbers.map(() => true))
      expect(seenAssets()).toEqual(numbers.map((number) => `asset-${number}`))
    })

    test('returns, in order, which events were accepted', async () => {
      opened.refuse('Bad')
      const numbers = Array.from({ length: 14 }, (_, number) => number)
      const isBad = (number: number) => number % 3 === 1
      const answers = await put(numbers.map((number) => event(number, 0, isBad(number) ? 'Bad' : 'Good')))
      expect(answers).toEqual(numbers.map((number) => !isBad(number)))
      expect(seenAssets()).toEqual(
        numbers.filter((number) => !isBad(number)).map((number) => `asset-${number}`),
      )
    })

    test('splits a batch that exceeds the size limit of a call', async () => {
      const numbers = Array.from({ length: 7 }, (_, number) => number)
      expect(await put(numbers.map((number) => event(number, 100 * kilobyte)))).toEqual(
        numbers.map(() => true),
      )
      expect(seenAssets()).toEqual(numbers.map((number) => `asset-${number}`))
    })

    test('accepts the largest event', async () => {
      expect(await put([event(1), event(2, 254 * kilobyte), event(3)])).toEqual([true, true, true])
    })

    test('refuses an event that is too large for any call and accepts the others', async () => {
      const events = [event(1), event(2, 1025 * kilobyte), event(3, 100 * kilobyte), event(4)]
      expect(await put(events)).toEqual([true, false, true, true])
      expect(seenAssets()).toEqual(['asset-1', 'asset-3', 'asset-4'])
    })

    test('accepts nothing and does not throw when the bus cannot be reached', async () => {
      await opened.unplug()
      expect(await put(Array.from({ length: 12 }, (_, number) => event(number)))).toEqual(
        Array(12).fill(false),
      )
    })

    test('accepts the same event again', async () => {
      expect(await put([event(1)])).toEqual([true])
      expect(await put([event(1)])).toEqual([true])
      expect(seenAssets()).toEqual(['asset-1', 'asset-1'])
    })
  })
}
