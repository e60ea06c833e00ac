import { choice, command, wholeNumber } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import { chromiumPath } from '../test/support/chromium.ts'
import { openBrowserPage } from './page/browser-page.ts'
import { measureMemory } from './page/measure-memory.ts'
import { measureUnits } from './page/measure-units.ts'
import { measureViews } from './page/measure-views.ts'

/** Measures the live page in a real Chromium with 10,000 runs, and what it reads from a real DynamoDB engine. */
const definition = command(
  'bench:page',
  'Measures the live page in a real Chromium with 10,000 runs, and what it reads a minute.',
  {
    part: choice(['all', 'views', 'memory', 'units'], {
      describe: 'what to measure',
      default: 'all',
    }),
    minutes: wholeNumber({
      describe: 'how long to watch the memory of the tab',
      from: 1,
      to: 600,
      default: '2',
    }),
    updates: wholeNumber({
      describe: 'updates a second while the memory is watched',
      from: 1,
      to: 1000,
      default: '100',
    }),
  },
)

await runCommand(definition, async ({ part, minutes, updates }) => {
  const isAsked = (one: typeof part) => part === 'all' || part === one
  if (chromiumPath === undefined && part !== 'units') {
    console.log('skipped: no Chromium is installed (apt-get install chromium, or set CHROMIUM)')
    return 0
  }
  if (isAsked('views') || isAsked('memory')) {
    const opened = await openBrowserPage()
    try {
      if (isAsked('views')) await measureViews(opened)
      if (isAsked('memory')) await measureMemory(opened, minutes, updates)
    } finally {
      await opened.close()
    }
  }
  if (isAsked('units')) await measureUnits()
  return 0
})
