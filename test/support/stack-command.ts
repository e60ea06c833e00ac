import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningCommand, runCommand, runDzrun } from './commands.ts'

const ports = ['datazone', 'eventbridge', 'sqs', 'dynamodb', 'page'].flatMap((name) => [
  `--${name}-port`,
  '0',
])

/** Starts the command of `npm start` on free ports, at 60 times the speed, with its files in a new directory. */
export const startStackCommand = async (...flags: readonly string[]) => {
  const directory = await mkdtemp(join(tmpdir(), 'stack-'))
  const [envFile, logFile] = [join(directory, 'env'), join(directory, 'log')]
  const files = ['--env', envFile, '--log', logFile]
  const start = runCommand('local/start.ts', '--speed', '60', ...files, ...ports, ...flags)
  const stop = async () => {
    await start.kill()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await start.printed(/Ctrl-C stops everything/, 150_000)
    const text = await readFile(envFile, 'utf8')
    const environment: Readonly<Record<string, string>> = Object.fromEntries(
      [...text.matchAll(/^export ([A-Z_]+)='([^']*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
    )
    const running = (...args: readonly string[]): RunningCommand => runDzrun(...args, '--local', envFile)
    return {
      directory,
      envFile,
      logFile,
      /** The variables that `source .local/env` sets. */
      environment,
      running,
      dzrun: (...args: readonly string[]) => running(...args).ended,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
export type StackCommand = Awaited<ReturnType<typeof startStackCommand>>
