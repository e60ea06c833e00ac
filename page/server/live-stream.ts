import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Delta, Hello, Overview, RunRow, Snapshot } from '../shared/protocol.ts'
import type { EventLog } from './event-log.ts'
import type { RunBoard } from './run-board.ts'
import { idOf, type Position, positionOf } from './stream-position.ts'

/**
 * The stream of server-sent events to one viewer.
 *
 * 1. The viewer pulls: the next message is made when the socket has room for it, from the state of that moment. A slow
 *    viewer gets fewer messages, not a queue of them.
 * 2. Each message carries an id. A viewer that reconnects with its last id gets the changes since then.
 * 3. A viewer that is too far behind, or knows another server, gets a snapshot.
 */

export interface LiveState {
  readonly board: RunBoard
  readonly events: EventLog
  readonly hello: () => Hello
  readonly overview: () => Overview | undefined
  /** Why the stack cannot be read now; empty when it can. */
  readonly problem: () => string
  /** Grows by one with each overview, and with each change of the problem. */
  readonly overviewSequence: () => number
}

/** Messages to one viewer are at least this far apart. */
const pauseMs = 100
/** Without news a comment is sent this often, so that both sides notice a broken connection. */
const heartbeatMs = 15_000
/** Between the messages of a snapshot, so that the viewer draws the first one before it reads the others. */
const snapshotPauseMs = 25
const rowsInMessage = 500

const message = (event: string, data: object, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

const chunksOf = (rows: readonly RunRow[]): readonly (readonly RunRow[])[] =>
  Array.from({ length: Math.ceil(rows.length / rowsInMessage) }, (_, at) =>
    rows.slice(at * rowsInMessage, (at + 1) * rowsInMessage),
  )

/** The whole state as messages. Only the last one has an id: a viewer that loses it begins again. */
function* snapshotOf({ board, events, hello, overview, problem }: LiveState, id: string): Generator<string> {
  const now = overview()
  const first: Snapshot = {
    hello: hello(),
    problem: problem(),
    ...(now === undefined ? {} : { overview: now }),
  }
  yield message('snapshot', first)
  // The rows that changed last are shown first.
  for (const rows of chunksOf([...board.rows()].toReversed()))
    yield message('delta', { rows } satisfies Delta)
  yield message('delta', { events: events.since(0) } satisfies Delta, id)
}

/** What changed since a position; undefined when that is too long ago. */
const changesSince = (from: Position, state: LiveState): Delta | undefined => {
  const { board, events, overview, overviewSequence, problem } = state
  const moved = board.since(from.rows)
  if (moved === undefined || from.events > events.sequence()) return undefined
  const added = events.since(from.events)
  const isSame = overviewSequence() === from.overview
  const now = isSame ? undefined : overview()
  return {
    ...(moved.rows.length === 0 ? {} : { rows: moved.rows }),
    ...(moved.removed.length === 0 ? {} : { removed: moved.removed }),
    ...(isSame ? {} : { problem: problem() }),
    ...(now === undefined ? {} : { overview: now }),
    ...(added.length === 0 ? {} : { events: added }),
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => {})

/** Lets viewers sleep until there may be news. */
const alarmClock = () => {
  const sleepers = new Set<() => void>()
  return {
    wake: () => {
      for (const wake of sleepers) wake()
    },
    /** Resolves at the next `wake`, after `ms`, or when the signal is aborted. */
    sleep: async (ms: number, signal: AbortSignal): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>()
      sleepers.add(resolve)
      const isOver = new AbortController()
      await Promise.race([promise, pause(ms, AbortSignal.any([signal, isOver.signal]))])
      isOver.abort()
      sleepers.delete(resolve)
    },
  }
}

/** The messages to one viewer, built when the stream reads them. */
async function* messagesOf(
  state: LiveState,
  viewer: { readonly epoch: string; readonly lastEventId: string | undefined; readonly signal: AbortSignal },
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<string> {
  const { epoch, lastEventId, signal } = viewer
  const current = (): Position => ({
    rows: state.board.sequence(),
    events: state.events.sequence(),
    overview: state.overviewSequence(),
  })
  let position = positionOf(epoch, lastEventId)
  yield 'retry: 1000\n\n'
  while (!signal.aborted) {
    const at = current()
    const id = idOf(epoch, at)
    const delta = position === undefined ? undefined : changesSince(position, state)
    if (delta === undefined)
      for (const part of snapshotOf(state, id)) {
        yield part
        await pause(snapshotPauseMs, signal)
      }
    else if (Object.keys(delta).length > 0) yield message('delta', delta, id)
    position = at
    await pause(pauseMs, signal)
    if (idOf(epoch, current()) !== id) continue
    await sleep(heartbeatMs, signal)
    if (idOf(epoch, current()) === id) yield ': still here\n\n'
  }
}

/** The connected viewers, and what wakes them. */
export const liveStream = (state: LiveState) => {
  // Distinguishes this server from the one before it: its sequences begin at zero again.
  const epoch = randomUUID().slice(0, 8)
  const { wake, sleep } = alarmClock()
  let viewers = 0
  return {
    viewers: () => viewers,
    /** Wakes every viewer: there may be news. */
    wake,
    /** The body of the answer to one viewer. */
    body: (lastEventId: string | undefined): ReadableStream<Uint8Array> => {
      const closed = new AbortController()
      const source = messagesOf(state, { epoch, lastEventId, signal: closed.signal }, sleep)
      const encoder = new TextEncoder()
      viewers += 1
      const leave = () => {
        if (closed.signal.aborted) return
        viewers -= 1
        closed.abort()
      }
      return new ReadableStream<Uint8Array>(
        {
          pull: async (controller) => {
            const next = await source.next()
            if (next.done === true) controller.close()
            else controller.enqueue(encoder.encode(next.value))
          },
          cancel: leave,
        },
        { highWaterMark: 1 },
      )
    },
  }
}
