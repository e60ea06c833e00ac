import { fairWeather, type Weather } from './ports/fates.ts'
import type { Random } from './ports/random.ts'

/** Spans in which the table answers no call, in ms from the start of a seed. */
export interface TableOutages {
  isDown(atMs: number): boolean
  readonly spans: readonly { readonly fromMs: number; readonly untilMs: number }[]
}

/** Draws one or two outages, of 2 seconds to 10 minutes, in the storm of half of the seeds. */
export const drawTableOutages = (random: Random, stormMs: number): TableOutages => {
  const count = random.chance(0.5) ? random.whole(1, 2) : 0
  const spans = Array.from({ length: count }, () => {
    const fromMs = random.whole(0, Math.max(0, stormMs - 1))
    const lastsMs = random.pick([2000, 8000, 60_000, 600_000])
    return { fromMs, untilMs: Math.min(stormMs, fromMs + lastsMs) }
  })
  return { spans, isDown: (atMs) => spans.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs) }
}

/** Returns whether a call reaches the table, by its name. */
export const isTableCall = (name: string): boolean => /^(store|pace|breakers|switches|skips)\./.test(name)

export const tableIsDown: Weather = { ...fairWeather, accidents: { 'fail-before': 1 } }
