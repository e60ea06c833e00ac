import { present } from '../lib/run/present.ts'
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
import { startPorts } from './start/start-ports.ts'

const print = (line: string) => console.log(line)

await runCommand(startCommand, async (flags) => {
  const stopping = shutdownSignal('start')
  const printer = activityPrinter(print)
  const { dataDir, assets, seed, notes } = startData(flags)
  const { ports, pagePort, taken } = await startPorts(flags)
  const write = openLogFile(flags.log)
  const log = (line: string, source: string) => {
    write(line, source)
    printer.log(line, source)
  }
  const system = await launch({
    ...flags,
    assets,
    seed,
    listOrder: flags['list-order'],
    ports,
    supervise: true,
    notifies: true,
    onPublish: printer.notification,
    onStep: print,
    log,
    ...present({ dataDir: dataDir?.path }),
  })
  const catalogue = sampleWithDataSources(assets)
  const domainIds = catalogue.domains.map(({ id }) => id)
  const envFile = await writeEnvFile(flags.env, environmentOf(system, domainIds))
  const open = (port: number) => openPage({ system, catalogue, envFile, port, log: print })
  const page = await open(pagePort)
    // Another stack may have taken the default port since it was found free.
    .catch((error: unknown) => (flags['page-port'].isGiven ? Promise.reject(error) : open(0)))
    .catch((error: unknown) => system.stop().then(() => Promise.reject(error)))
  const about = { mode: flags.mode, logFile: flags.log, notes: [...notes, ...taken] }
  print(banner({ system, catalogue, envFile, pageUrl: page.url, ...about }))
  const unfollow = printer.follow(system.stack)
  await stopping.finally(unfollow)
  print('stopping ...')
  await page.close()
  await system.stop()
  return 0
})
