import { setTimeout as delay } from 'node:timers/promises'
import type { EventLog } from './event-log.ts'
import { eventLine } from './event-log.ts'

const retryMs = 1000

/** The `data:` lines of a stream of server-sent events. */
async function* dataOf(body: ReadableStream<Uint8Array>): AsyncGenerator<{ id: string; data: string }> {
  let rest = ''
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const id = /^id: (.*)$/m.exec(part)?.[1] ?? ''
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (data !== undefined) yield { id, data }
    }
  }
}

/** Follows the buses of a local stack and keeps their events. Connects again when the stack restarts. */
export const followLocalEvents = (endpoint: string, log: EventLog) => {
  const stopped = new AbortController()
  let lastId = '0'
  const follow = async () => {
    const { body } = await fetch(`${endpoint}/_local/events`, {
      headers: { accept: 'text/event-stream', 'last-event-id': lastId },
      signal: stopped.signal,
    })
    if (body === null) return
    for await (const { id, data } of dataOf(body)) {
      lastId = id
      log.add(eventLine(JSON.parse(data)))
    }
  }
  const run = async () => {
    while (!stopped.signal.aborted) {
      await follow().catch(() => {})
      await delay(retryMs, undefined, { signal: stopped.signal, ref: false }).catch(() => {})
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopped.abort()
      await running
    },
  }
}
