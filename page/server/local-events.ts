import type { EventLog } from './event-log.ts'
import { eventLine } from './event-log.ts'
import { repeatUntilStopped } from './repeat-until-stopped.ts'

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

/** Adds the events of a local stack's buses to the log until it is stopped. Connects again when the stack restarts. */
export const followLocalEvents = (endpoint: string, log: EventLog) => {
  let lastId = '0'
  const follow = async (signal: AbortSignal): Promise<void> => {
    const { body } = await fetch(`${endpoint}/_local/events`, {
      headers: { accept: 'text/event-stream', 'last-event-id': lastId },
      signal,
    })
    if (body !== null)
      for await (const { id, data } of dataOf(body)) {
        lastId = id
        log.add(eventLine(JSON.parse(data)))
      }
    throw new Error('the stack closed the stream')
  }
  return repeatUntilStopped(follow, { retryMs, onProblem: () => {} })
}
