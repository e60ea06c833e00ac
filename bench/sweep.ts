import { command } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import { measureSweeps, type SweepCase } from './sweep/measure-sweeps.ts'
import { endingMinutes, endingsPerSecond } from './sweep/runs-in-flight.ts'
import { callMs } from './sweep/slow-datazone.ts'

/**
 * Sweeps over many runs in flight, in virtual time and with no hint at all: calls, DynamoDB units, how long a sweep takes,
 * how late endings are announced, memory. Every DataZone call takes 300 ms; calls made at once take it together. The table
 * and the bus answer at once.
 */
const definition = command(
  'bench:sweep',
  'Measures how late sweeps without hints announce endings, and what a sweep costs.',
  {},
)

const limitMs = 10 * 60_000

interface Case extends SweepCase {
  /** Whether every ending has to be announced within `limitMs`; else, at some time. */
  readonly isBound: boolean
}

const cases: readonly Case[] = [
  { inFlight: 100, isBound: true },
  { inFlight: 1000, isBound: true },
  { inFlight: 10_000, isBound: true },
  { inFlight: 10_000, isListRefused: true, isBound: true },
  // Ten times what the system is sized for: no run starves (docs/adr/0213).
  { inFlight: 100_000, isBound: false, maxSweeps: 200 },
]

const secondsAt = (sorted: readonly number[], share: number): string =>
  ((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 1000).toFixed(0)

type Figures = Awaited<ReturnType<typeof measureSweeps>>

const isMet = ({ isBound }: Case, { lateMs, missing }: Figures): boolean =>
  missing === 0 && (!isBound || (lateMs.at(-1) ?? 0) <= limitMs)

const report = (of: Case, figures: Figures): void => {
  const { sweeps, calls, units, longestMs, heapBytes, lateMs, missing } = figures
  const name = `${of.inFlight} in flight${of.isListRefused === true ? ', List refused' : ''}`
  console.log(
    `${name.padEnd(30)} ${lateMs.length} endings in ${sweeps} sweeps${isMet(of, figures) ? '' : '  MISSED'}`,
  )
  console.log(
    `    late: half ${secondsAt(lateMs, 0.5)} s, 95% ${secondsAt(lateMs, 0.95)} s, all ${secondsAt(lateMs, 1)} s` +
      `${of.isBound ? ` (at most ${limitMs / 1000} s)` : ''}${missing === 0 ? '' : `; ${missing} not announced`}`,
  )
  console.log(
    `    a sweep: ${Math.round(calls.List / sweeps)} List, ${Math.round(calls.Get / sweeps)} Get, ` +
      `${Math.round(units.read / sweeps)} read and ${Math.round(units.write / sweeps)} write units, ` +
      `at most ${(longestMs / 1000).toFixed(1)} s; heap ${Math.round(heapBytes / 1024 / 1024)} MiB`,
  )
}

await runCommand(definition, async () => {
  console.log(`sweeps over runs in flight, no hints, ${callMs} ms a DataZone call, newest first in lists`)
  console.log(`up to ${endingsPerSecond} endings a second for ${endingMinutes} minutes; 5% fail\n`)
  let missed = 0
  for (const one of cases) {
    const figures = await measureSweeps(one)
    report(one, figures)
    if (!isMet(one, figures)) missed += 1
  }
  return missed === 0 ? 0 : 1
})
