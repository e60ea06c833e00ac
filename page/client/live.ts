import { useEffect, useState } from 'preact/hooks'
import type { Delta, EventLine, Hello, Overview, RunRow, Snapshot } from '../shared/protocol.ts'
import { mergeChanged } from './model/merge-changed.ts'

/** What the client knows, kept current by the stream. Views read it and are drawn again when it changes. */
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
/** The rows that changed since the last drawing. */
const changedKeys = new Set<string>()
let events: readonly EventLine[] = []
let hello: Hello | undefined
let overview: Overview | undefined
let problem = ''
let connection: Live['connection'] = 'connecting'
let live: Live = { connection, hello, overview, problem, rows: [], byKey: rows, events }
let isScheduled = false
let publishedAtMs = 0
/** Drawing five times a second is live enough, and leaves the frames to the viewer. */
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
 * Draws soon: in the next frame after a quiet time, else when the pause is over. However many messages come, they are drawn
 * together. A hidden page gets no frames and need not be drawn.
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
  // The first figures are not kept waiting for the pause after the frame that said "connecting".
  if (live.hello === undefined) publish()
}

const setConnection = (next: Live['connection']): void => {
  connection = next
  schedule()
}

/** A refused viewer does not try again: the address with the token is needed. */
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

/** The named parts of the current state; the component is drawn again when one of them changes. */
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

/** The time, each second. */
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
