import { present } from '../lib/run/present.ts'
import type { Catalogue } from './datazone/input/catalogue.ts'
import { launch } from './launch.ts'
import { runCommand } from './run-as-command.ts'
import { shutdownSignal } from './shutdown-signal.ts'
import { sampleWithDataSources } from './simulator-catalogue.ts'
import { startCommand } from './stack-flags.ts'
import { activityPrinter } from './start/activity-printer.ts'
import { banner } from './start/banner.ts'
import { environmentOf, writeEnvFile } from './start/env-file.ts'
import { openLogFile } from './start/log-file.ts'
import { openPage } from './start/open-page.ts'
import { startData } from './start/start-data.ts'
import { onFreePorts } from './start/start-ports.ts'

const print = (line: string) => console.log(line)

const idsOf = ({ domains }: Catalogue): string[] => domains.map(({ id }) => id)

await runCommand(startCommand, async (flags) => {
  const stopping = shutdownSignal('start')
  const printer = activityPrinter(print)
  const { dataDir, assets, seed, notes } = startData(flags)
  const write = openLogFile(flags.log)
  const running = await onFreePorts(flags, (ports) =>
    launch({
      ...flags,
      assets,
      seed,
      listOrder: flags['list-order'],
      ports,
      supervise: true,
      notifies: true,
      onPublish: printer.notification,
      onStep: print,
      log: (line, source) => {
        write(line, source)
        printer.log(line, source)
      },
      ...present({ dataDir: dataDir?.path }),
    }),
  )
  const { started: system, pagePort } = running
  try {
    const catalogue = sampleWithDataSources(assets)
    const envFile = await writeEnvFile(flags.env, environmentOf(system, idsOf(catalogue)))
    // Another stack may have taken the default port since it was found free.
    const mayMove = !flags['page-port'].isGiven
    const page = await openPage({ system, catalogue, envFile, port: pagePort, mayMove, log: print })
    const about = { mode: flags.mode, logFile: flags.log, notes: [...notes, ...running.notes] }
    print(banner({ system, catalogue, envFile, pageUrl: page.url, ...about }))
    await stopping.finally(printer.follow(system.stack))
    print('stopping ...')
    await page.close()
  } finally {
    await system.stop()
  }
  return 0
})
