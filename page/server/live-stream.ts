import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Delta, Hello, Overview, RunRow, Snapshot } from '../shared/protocol.ts'
import type { EventLog } from './event-log.ts'
import type { RunBoard } from './run-board.ts'

/**
 * The stream of server-sent events to one viewer.
 *
 * 1. The viewer pulls: the next message is made when the socket has room for it, from the state of that moment. A slow
 *    viewer gets fewer messages, not a queue of them.
 * 2. Each message carries an id. A viewer that comes back with its last id gets what changed since.
 * 3. A viewer that is too far behind, or knows another server, gets a snapshot.
 */

/** Where a viewer is: the sequences of rows, events and overviews that it has. */
interface Position {
  readonly rows: number
  readonly events: number
  readonly overview: number
}

export interface LiveState {
  readonly board: RunBoard
  readonly events: EventLog
  readonly hello: () => Hello
  readonly overview: () => Overview | undefined
  /** Grows by one with each overview. */
  readonly overviewSequence: () => number
}

/** Messages to one viewer are at least this far apart. */
const pauseMs = 100
/** Without news a comment is sent this often, so that both sides notice a broken connection. */
const heartbeatMs = 15_000
const rowsInMessage = 2000

const idOf = (epoch: string, { rows, events, overview }: Position): string =>
  `${epoch}.${rows}.${events}.${overview}`

const positionOf = (epoch: string, lastEventId: string | undefined): Position | undefined => {
  const [of, ...numbers] = (lastEventId ?? '').split('.')
  const [rows, events, overview] = numbers.map(Number)
  if (of !== epoch || numbers.length !== 3 || numbers.some((number) => !/^\d+$/.test(number)))
    return undefined
  return rows === undefined || events === undefined || overview === undefined
    ? undefined
    : { rows, events, overview }
}

const message = (event: string, data: object, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

const chunksOf = (rows: readonly RunRow[]): readonly (readonly RunRow[])[] =>
  Array.from({ length: Math.ceil(rows.length / rowsInMessage) }, (_, at) =>
    rows.slice(at * rowsInMessage, (at + 1) * rowsInMessage),
  )

/** The connected viewers, and what wakes them. */
export const liveStream = ({ board, events, hello, overview, overviewSequence }: LiveState) => {
  // Distinguishes this server from the one before it: its sequences begin at zero again.
  const epoch = randomUUID().slice(0, 8)
  let viewers = 0
  const wakers = new Set<() => void>()

  const current = (): Position => ({
    rows: board.sequence(),
    events: events.sequence(),
    overview: overviewSequence(),
  })

  /** The whole state as messages. Only the last one has an id: a viewer that loses it begins again. */
  function* snapshot(): Generator<string> {
    const at = current()
    const now = overview()
    const first: Snapshot = { hello: hello(), ...(now === undefined ? {} : { overview: now }) }
    yield message('snapshot', first)
    // The rows that changed last are shown first.
    for (const rows of chunksOf([...board.rows()].toReversed()))
      yield message('delta', { rows } satisfies Delta)
    yield message('delta', { events: events.since(0) } satisfies Delta, idOf(epoch, at))
  }

  /** What changed since a position; undefined when that is too long ago. */
  const changes = (from: Position): Delta | undefined => {
    const moved = board.since(from.rows)
    if (moved === undefined || from.events > events.sequence()) return undefined
    const added = events.since(from.events)
    const now = overviewSequence() === from.overview ? undefined : overview()
    return {
      ...(moved.rows.length === 0 ? {} : { rows: moved.rows }),
      ...(moved.removed.length === 0 ? {} : { removed: moved.removed }),
      ...(now === undefined ? {} : { overview: now }),
      ...(added.length === 0 ? {} : { events: added }),
    }
  }

  const woken = async (signal: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    wakers.add(resolve)
    const beat = new AbortController()
    const timeout = delay(heartbeatMs, undefined, { signal: AbortSignal.any([signal, beat.signal]) })
    await Promise.race([promise, timeout.catch(() => {})])
    beat.abort()
    wakers.delete(resolve)
  }

  async function* messages(lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<string> {
    let position = positionOf(epoch, lastEventId)
    yield 'retry: 1000\n\n'
    while (!signal.aborted) {
      const at = current()
      const delta = position === undefined ? undefined : changes(position)
      if (delta === undefined) {
        yield* snapshot()
      } else if (Object.keys(delta).length > 0) {
        yield message('delta', delta, idOf(epoch, at))
      }
      position = at
      await delay(pauseMs, undefined, { signal }).catch(() => {})
      if (idOf(epoch, current()) !== idOf(epoch, position)) continue
      await woken(signal)
      if (idOf(epoch, current()) === idOf(epoch, position)) yield ': still here\n\n'
    }
  }

  return {
    viewers: () => viewers,
    /** Wakes every viewer: there may be news. */
    wake: () => {
      for (const wake of wakers) wake()
    },
    /** The body of the answer to one viewer. */
    body: (lastEventId: string | undefined): ReadableStream<Uint8Array> => {
      const closed = new AbortController()
      const source = messages(lastEventId, closed.signal)
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
