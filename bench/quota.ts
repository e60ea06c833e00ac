import type { Breakers } from '../lib/ports/breakers.ts'
import { command } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import { deployed } from '../test/simulation/deployed.ts'
import { fairWeather, type Weather } from '../test/simulation/ports/fates.ts'
import type { CallInfo } from '../test/simulation/ports/port-call.ts'
import type { Case } from './virtual-system/case.ts'
import type { Figures } from './virtual-system/figures.ts'
import { measure } from './virtual-system/measure.ts'

/** 500 requests at once against a monthly quota of 300, some hours before the month turns, in virtual time. */

const seeds = Array.from({ length: 8 }, (_, index) => index + 1)
const requests = 500
const quota = 300
const hour = 3_600_000
const beforeTurnMs = 5 * hour
/** After the turn: a sweep until a starter probes, one more until the others are released, their Starts, and their runs. */
const mostAfterTurnSeconds = 600

/** What it would be without breakers: only the starter that met a refusal knows of it. */
const neverOpen: Breakers = {
  openBreakers: async () => [],
  trip: async () => {},
  replace: async () => false,
  close: async () => {},
}

const weathers: readonly { readonly name: string; readonly weather: (call: CallInfo) => Weather }[] = [
  { name: 'calls take 2 to 40 ms', weather: () => fairWeather },
  {
    name: "DataZone's take 200 to 500 ms",
    weather: ({ name }) =>
      name.startsWith('datazone.') ? { ...fairWeather, latencyMs: [100, 250] } : fairWeather,
  },
]

const measured = (given: Pick<Case, 'seed' | 'breakers' | 'weather'>): Promise<Figures> =>
  measure({
    runs: requests,
    everyMs: 0,
    hints: 'hints',
    datazone: { monthlyQuota: { BUSINESS_DESCRIPTIONS: quota } },
    startMs: Date.UTC(2026, 1, 1) - beforeTurnMs,
    lastsMs: beforeTurnMs + hour,
    countParkedAtMs: beforeTurnMs - 1,
    ...given,
  })

const count = ({ starts }: Figures, outcome: string, when: 'before' | 'after'): number =>
  starts.filter((start) => start.outcome === outcome && start.atMs < beforeTurnMs === (when === 'before'))
    .length

const startedBefore = (figures: Figures) => count(figures, 'ok', 'before')
const startedAfter = (figures: Figures) => count(figures, 'ok', 'after')
const refusedBefore = (figures: Figures) => count(figures, 'ServiceQuotaExceededException', 'before')
const refusedAfter = (figures: Figures) => count(figures, 'ServiceQuotaExceededException', 'after')
const parked = (figures: Figures) => figures.parked['QUOTA_EXCEEDED'] ?? 0
const assetsRead = ({ calls }: Figures) => calls['GetAsset'] ?? 0
const ended = ({ endingsMs }: Figures) => endingsMs.length
const lastAfterTurnSeconds = ({ endingsMs }: Figures) =>
  Math.ceil(((endingsMs.at(-1) ?? Number.POSITIVE_INFINITY) - beforeTurnMs) / 1000)

interface Line {
  readonly what: string
  readonly read: (figures: Figures) => number
  readonly least: number
  readonly most: number
}

/** Each starter that runs when the quota is used up may meet a refusal before it reads the breaker. */
const mostRefused = deployed.starter.maximumConcurrency
/** One Start every four hours probes the full quota (`QuotaProbeSeconds`, ADR 80). */
const probesBeforeTurn = Math.floor(beforeTurnMs / (4 * hour))
const exactly = (what: string, read: Line['read'], count: number): Line => ({
  what,
  read,
  least: count,
  most: count,
})
const atMost = (what: string, read: Line['read'], most: number): Line => ({ what, read, least: 0, most })

const lines: readonly Line[] = [
  exactly('started before the month turns', startedBefore, quota),
  atMost('Starts refused (402) before it turns', refusedBefore, mostRefused + probesBeforeTurn),
  exactly('parked for the quota when it turns', parked, requests - quota),
  atMost('Starts refused (402) after', refusedAfter, mostRefused),
  exactly('started after', startedAfter, requests - quota),
  exactly('GetAsset calls', assetsRead, requests),
  exactly('ended and announced', ended, requests),
  atMost('seconds from the turn to the last event', lastAfterTurnSeconds, mostAfterTurnSeconds),
]

/** Prints each figure with its bound. Returns how many bounds were missed. */
const show = (all: readonly Figures[]): number => {
  let missed = 0
  for (const { what, read, least, most } of lines) {
    const values = all.map(read)
    const [lowest, highest] = [Math.min(...values), Math.max(...values)]
    const isMet = lowest >= least && highest <= most
    if (!isMet) missed += 1
    const seen = lowest === highest ? `${lowest}` : `${lowest} to ${highest}`
    const bound = least === most ? 'exactly' : 'at most'
    console.log(`    ${what.padEnd(40)} ${seen.padStart(10)}  ${bound} ${most}${isMet ? '' : '   MISSED'}`)
  }
  return missed
}

await runCommand(
  command(
    'bench:quota',
    'Sends 500 requests at once against a monthly quota of 300, in virtual time, and counts the Starts before and after the month turns.',
    {},
  ),
  async () => {
    console.log(
      `${requests} requests at once, a quota of ${quota}, ${beforeTurnMs / hour} hours before the month turns; ${seeds.length} seeds\n`,
    )
    let missed = 0
    for (const { name, weather } of weathers) {
      const all: Figures[] = []
      for (const seed of seeds) all.push(await measured({ seed, weather }))
      console.log(name)
      missed += show(all)
    }
    const [seed = 1] = seeds
    const without = await measured({ seed, breakers: neverOpen })
    console.log(
      `with breakers that never open\n    ${refusedBefore(without)} Starts refused (402) before it turns, seed ${seed}`,
    )
    return missed === 0 ? 0 : 1
  },
)
