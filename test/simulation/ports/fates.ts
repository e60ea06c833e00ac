import type { Accident, CallInfo, Fate, Fates } from './port-call.ts'
import type { Random } from './random.ts'

/** How likely each accident is for one call, which meets at most one, and how long calls take. */
export interface Weather {
  readonly accidents: Readonly<Partial<Record<Accident, number>>>
  /** How long each way takes, in ms. */
  readonly latencyMs: readonly [least: number, most: number]
  /** The chance that a call takes longer to its effect, and by how much at most. */
  readonly slow?: { readonly chance: number; readonly mostMs: number }
}

/** Nothing goes wrong, and calls take a few milliseconds. */
export const fairWeather: Weather = { accidents: {}, latencyMs: [1, 20] }

const accidents: readonly Accident[] = ['crash-before', 'crash-after', 'fail-before', 'fail-after', 'resend']

const accidentFor = (call: CallInfo, weather: Weather, random: Random): Accident | undefined => {
  let left = random.next()
  for (const accident of accidents) {
    if (accident === 'resend' && !call.resends) continue
    left -= weather.accidents[accident] ?? 0
    if (left < 0) return accident
  }
  return undefined
}

/** Returns fates drawn from the seed, in the weather of each call, which may differ by its name, process and time. */
export const seededFates = (random: Random, weather: (call: CallInfo) => Weather): Fates => {
  return (call): Fate => {
    const now = weather(call)
    const [least, most] = now.latencyMs
    const slow = now.slow !== undefined && random.chance(now.slow.chance) ? now.slow.mostMs : 0
    const toEffectMs = random.whole(least, most) + random.whole(0, slow)
    const toAnswerMs = random.whole(least, most)
    const accident = accidentFor(call, now, random)
    return accident === undefined ? { toEffectMs, toAnswerMs } : { toEffectMs, toAnswerMs, accident }
  }
}
