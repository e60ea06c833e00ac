import { command } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import type { Case } from './virtual-system/case.ts'
import type { Figures } from './virtual-system/figures.ts'
import { measure } from './virtual-system/measure.ts'

/** DataZone calls for a thousand runs, in virtual time: what a deployment is billed for. */

const seeds = [1, 2, 3, 4, 5]
const runs = 1000
const burst = { runs, everyMs: 0 }
const trickle = { runs, everyMs: 60_000 }

const cases: readonly { name: string; most: number; given: Omit<Case, 'seed'> }[] = [
  { name: 'burst, no hints', most: 1140, given: { ...burst, hints: 'none' } },
  { name: 'burst, hints', most: 1300, given: { ...burst, hints: 'hints' } },
  {
    name: 'burst, no hints, List in no order',
    most: 2050,
    given: { ...burst, hints: 'none', datazone: { listOrder: 'random' } },
  },
  {
    name: 'burst, hints, List in no order',
    most: 2050,
    given: { ...burst, hints: 'hints', datazone: { listOrder: 'random' } },
  },
  { name: 'trickle, no hints', most: 2600, given: { ...trickle, hints: 'none' } },
  { name: 'trickle, hints', most: 2100, given: { ...trickle, hints: 'hints' } },
]

await runCommand(
  command('bench:calls', 'Measures how many DataZone calls a thousand runs take, in virtual time.', {}),
  async () => {
    console.log(`DataZone calls per ${runs} runs, GetAsset apart; the mean of ${seeds.length} seeds`)
    console.log(`durations lognormal, median 30 s, sigma 0.5; 5% fail; trickle: one a minute\n`)
    let missed = 0
    for (const { name, most, given } of cases) {
      const figures: Figures[] = []
      for (const seed of seeds) figures.push(await measure({ ...given, seed }))
      const mean = (read: (figures: Figures) => number) =>
        Math.round(figures.reduce((sum, one) => sum + read(one), 0) / figures.length)
      const called = (operation: string) => mean(({ calls }) => calls[operation] ?? 0)
      const total = mean((one) => one.total)
      const isMet = total <= most && figures.every(({ announced }) => announced === runs)
      if (!isMet) missed += 1
      const worst = Math.max(...figures.map((one) => one.total))
      console.log(
        `${name.padEnd(36)} ${total}  at most ${most}${isMet ? '' : '  MISSED'}  (worst seed ${worst})`,
      )
      console.log(
        `    ${called('StartMetadataGenerationRun')} Start, ${called('ListMetadataGenerationRuns')} List, ${called('GetMetadataGenerationRun')} Get; ${called('GetAsset')} GetAsset`,
      )
    }
    return missed === 0 ? 0 : 1
  },
)
