import { present } from '../../lib/run/present.ts'
import type { Catalogue } from '../datazone/input/catalogue.ts'
import type { ValuesOf } from '../flags.ts'
import { launch } from '../launch.ts'
import { shutdownSignal } from '../shutdown-signal.ts'
import { sampleWithDataSources } from '../simulator-catalogue.ts'
import type { startCommand } from '../stack-flags.ts'
import { activityPrinter } from './activity-printer.ts'
import { banner } from './banner.ts'
import { environmentOf, writeEnvFile } from './env-file.ts'
import { openLogFile } from './log-file.ts'
import { openPage } from './open-page.ts'
import { startData } from './start-data.ts'
import { onFreePorts } from './start-ports.ts'

const print = (line: string) => console.log(line)

const idsOf = ({ domains }: Catalogue): string[] => domains.map(({ id }) => id)

/** Runs the whole system until Ctrl-C, and returns the exit code. */
export const runStack = async (flags: ValuesOf<typeof startCommand>): Promise<number> => {
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
}
