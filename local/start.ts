import { launch } from './launch.ts'
import { runCommand } from './run-as-command.ts'
import { shutdownSignal } from './shutdown-signal.ts'
import { sampleWithDataSources } from './simulator-catalogue.ts'
import { startCommand } from './stack-flags.ts'
import { activityPrinter } from './start/activity-printer.ts'
import { banner } from './start/banner.ts'
import { environmentOf, writeEnvFile } from './start/env-file.ts'
import { openLogFile } from './start/log-file.ts'
import { startPorts } from './start/start-ports.ts'

await runCommand(startCommand, async (flags) => {
  const stopping = shutdownSignal('start')
  const print = (line: string) => console.log(line)
  const printer = activityPrinter(print)
  const { ports, notes } = await startPorts(flags)
  const write = openLogFile(flags.log)
  const system = await launch({
    ...flags,
    listOrder: flags['list-order'],
    ports,
    supervise: true,
    onStep: print,
    log: (line, source) => {
      write(line, source)
      printer.log(line, source)
    },
  })
  const envFile = await writeEnvFile(flags.env, environmentOf(system))
  const catalogue = sampleWithDataSources(flags.assets)
  print(banner({ system, catalogue, mode: flags.mode, envFile, logFile: flags.log, notes }))
  const unfollow = printer.follow(system.stack)
  await stopping
  unfollow()
  print('stopping ...')
  await system.stop()
  return 0
})
