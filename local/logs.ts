import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { logLine } from './console/log-line.ts'
import { choice, command, text, toggle } from './flags.ts'
import { runCommand } from './run-as-command.ts'

/** The command `npm run logs`. */
export const logsCommand = command(
  'logs',
  'Prints the log of the functions of npm start, each entry as one readable line.',
  {
    file: text('FILE', { describe: 'the log file', default: '.local/log' }),
    level: choice(['DEBUG', 'INFO', 'WARN', 'ERROR'], { describe: 'the lowest level', default: 'INFO' }),
    function: text('NAME', { describe: 'only this function: starter, poller, observer or notifier' }),
    text: text('TEXT', { describe: 'only lines with this text, such as an asset or request id' }),
    follow: toggle({ describe: 'continues with new lines until Ctrl-C' }),
  },
)

const lookEveryMs = 200

const sizeOf = async (file: string): Promise<number> => {
  try {
    return (await stat(file)).size
  } catch (cause) {
    throw new Error(
      `${file} cannot be read: start the stack with npm start, or give its log file with --file`,
      {
        cause,
      },
    )
  }
}

if (import.meta.main)
  await runCommand(logsCommand, async ({ file, follow, ...filter }) => {
    let read = 0
    for (;;) {
      const size = await sizeOf(file)
      // Each npm start empties the file.
      if (size < read) read = 0
      if (size > read)
        for await (const line of createInterface({
          input: createReadStream(file, { start: read, end: size - 1 }),
        })) {
          const shown = logLine(line, filter)
          if (shown !== undefined) console.log(shown)
        }
      read = size
      if (!follow) return 0
      await delay(lookEveryMs)
    }
  })
