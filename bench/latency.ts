import { command } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import type { Case } from './virtual-system/case.ts'
import { measure } from './virtual-system/measure.ts'

/** Seconds from a run's ending to its event, in virtual time. */

const seeds = [1, 2, 3]
const loads = [
  { load: 'burst', runs: 1000, everyMs: 0 },
  { load: 'trickle', runs: 1000, everyMs: 60_000 },
]
const deliveries: readonly { delivery: string; given: Pick<Case, 'hints' | 'datazone'> }[] = [
  { delivery: 'hints', given: { hints: 'hints' } },
  { delivery: 'half of the hints lost', given: { hints: 'hints', datazone: { eventLostShare: 0.5 } } },
  { delivery: 'no hints', given: { hints: 'none' } },
]

const secondsAt = (sorted: readonly number[], share: number): string =>
  ((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 1000)
    .toFixed(1)
    .padStart(6)

await runCommand(
  command(
    'bench:latency',
    'Measures the seconds from the ending of a run to its event, in virtual time.',
    {},
  ),
  async () => {
    console.log(`seconds from ending to event, ${seeds.length} seeds of 1000 runs\n`)
    console.log(`${''.padEnd(34)}  half    95%    all`)
    for (const { load, ...traffic } of loads) {
      for (const { delivery, given } of deliveries) {
        const latencies: number[] = []
        for (const seed of seeds)
          latencies.push(...(await measure({ seed, ...traffic, ...given })).latenciesMs)
        latencies.sort((left, right) => left - right)
        const [half, most, all] = [0.5, 0.95, 1].map((share) => secondsAt(latencies, share))
        console.log(`${`${load}, ${delivery}`.padEnd(32)} ${half} ${most} ${all}`)
      }
    }
    return 0
  },
)
