import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import { billFor } from './cost/bill.ts'
import { measureAmounts } from './cost/measured.ts'
import { costPage, dollars } from './cost/page.ts'

/** Writes docs/COST.md from measured calls, measured capacity units and list prices. */
const definition = command(
  'bench:cost',
  'Measures calls and capacity units, and writes docs/COST.md from them and list prices.',
  {},
)

await runCommand(definition, async () => {
  const measured = await measureAmounts()
  const bill = billFor(measured)
  await writeFile(join(import.meta.dirname, '..', 'docs', 'COST.md'), costPage(bill, measured))
  console.log(
    `1,000 runs: $${dollars(bill.thousandRuns)}; a month without runs: $${dollars(bill.month)}; written to docs/COST.md`,
  )
  return 0
})
