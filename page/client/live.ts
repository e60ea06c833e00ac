import { useEffect, useState } from 'preact/hooks'
import type { Delta, EventLine, Hello, Overview, RunRow, Snapshot } from '../shared/protocol.ts'
import { mergeChanged } from './model/merge-changed.ts'

/** The state of the client, kept current by the stream. Views read it and render again when it changes. */
export interface Live {
  readonly connection: 'connecting' | 'open' | 'lost' | 'refused'
  readonly hello: Hello | undefined
  readonly overview: Overview | undefined
  /** Why the server cannot read the stack now; empty when it can. */
  readonly problem: string
  /** Newest change first. */
  readonly rows: readonly RunRow[]
  readonly byKey: ReadonlyMap<string, RunRow>
  /** Newest first. */
  readonly events: readonly EventLine[]
}

type LivePart = keyof Live

const keptEvents = 2000
const rows = new Map<string, RunRow>()
/** The rows that changed since the last publish. */
const changedKeys = new Set<string>()
let events: readonly EventLine[] = []
let hello: Hello | undefined
let overview: Overview | undefined
let problem = ''
let connection: Live['connection'] = 'connecting'
let live: Live = { connection, hello, overview, problem, rows: [], byKey: rows, events }
let isScheduled = false
let publishedAtMs = 0
/** Five renders a second look live and leave most frames to scrolling and typing. */
const pauseMs = 200
const listeners = new Map<() => void, readonly LivePart[]>()

const publish = (): void => {
  isScheduled = false
  publishedAtMs = performance.now()
  const before = live
  const sorted = mergeChanged(before.rows, rows, changedKeys)
  changedKeys.clear()
  live = { connection, hello, overview, problem, rows: sorted, byKey: rows, events }
  for (const [redraw, parts] of listeners) if (parts.some((part) => live[part] !== before[part])) redraw()
}

/**
 * Publishes in the next frame, or when the pause since the last publish is over. All messages that arrive until then are
 * rendered together. A hidden page gets no frames and need not render.
 */
const schedule = (): void => {
  if (isScheduled) return
  isScheduled = true
  const leftMs = publishedAtMs + pauseMs - performance.now()
  if (leftMs <= 0) requestAnimationFrame(publish)
  else setTimeout(() => requestAnimationFrame(publish), leftMs)
}

const apply = (delta: Delta): void => {
  for (const row of delta.rows ?? []) {
    rows.set(row.key, row)
    changedKeys.add(row.key)
  }
  for (const key of delta.removed ?? []) {
    rows.delete(key)
    changedKeys.add(key)
  }
  if (delta.overview !== undefined) overview = delta.overview
  problem = delta.problem ?? problem
  if (delta.events !== undefined && delta.events.length > 0)
    events = [...delta.events.toReversed(), ...events].slice(0, keptEvents)
  schedule()
}

const restart = (snapshot: Snapshot): void => {
  for (const key of rows.keys()) changedKeys.add(key)
  rows.clear()
  events = []
  hello = snapshot.hello
  apply(snapshot)
  // The first figures do not wait for the pause after the frame that showed "connecting".
  if (live.hello === undefined) publish()
}

const setConnection = (next: Live['connection']): void => {
  connection = next
  schedule()
}

/** Whether the server refuses this viewer. Then it does not connect again: it needs the address with the token. */
const wasRefused = async (): Promise<boolean> => {
  const answer = await fetch('/api/series?window=hour').catch(() => undefined)
  return answer?.status === 401 || answer?.status === 403
}

const retryMs = 1000

/** Connects to the stream, and again whenever it breaks. The browser resumes by the last id by itself. */
export const connect = (): void => {
  const source = new EventSource('/api/stream')
  source.onopen = () => setConnection('open')
  source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => restart(JSON.parse(data)))
  source.addEventListener('delta', ({ data }: MessageEvent<string>) => apply(JSON.parse(data)))
  source.onerror = async () => {
    setConnection('lost')
    if (source.readyState !== EventSource.CLOSED) return
    if (await wasRefused()) return setConnection('refused')
    setTimeout(connect, retryMs)
  }
}

/** Returns the current state; the component renders again when one of the named parts changes. */
export const useLive = <Part extends LivePart>(...parts: readonly Part[]): Pick<Live, Part> => {
  const [, redraw] = useState(0)
  const drawn = live
  useEffect(() => {
    const listener = () => redraw((count) => count + 1)
    listeners.set(listener, parts)
    if (parts.some((part) => live[part] !== drawn[part])) listener()
    return () => {
      listeners.delete(listener)
    }
  }, [])
  return live
}

let nowMs = Date.now()
const clocks = new Set<() => void>()
setInterval(() => {
  nowMs = Date.now()
  for (const clock of clocks) clock()
}, 1000)

/** The current time in ms; the component renders again each second. */
export const useNow = (): number => {
  const [, redraw] = useState(0)
  useEffect(() => {
    const listener = () => redraw((count) => count + 1)
    clocks.add(listener)
    return () => {
      clocks.delete(listener)
    }
  }, [])
  return nowMs
}
