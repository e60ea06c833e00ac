import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { eventually } from './eventually.ts'

const repository = resolve(import.meta.dirname, '..', '..')
const markName = 'COMMAND_UNDER_TEST'

/** The exit code and output of a command. */
interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running command of this repository, in its own process. */
export interface RunningCommand {
  readonly stdout: () => string
  readonly stderr: () => string
  readonly ended: Promise<Ended>
  /** Waits for output that matches the pattern and returns the match. */
  printed(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray>
  /** Sends SIGINT, as Ctrl-C does. */
  interrupt(): void
  /** Sends SIGTERM, as a service manager does. */
  terminate(): void
  /** Lists the running processes that the command started, directly or indirectly. */
  descendants(): Promise<readonly string[]>
  /** Kills the command if it still runs. */
  kill(): Promise<void>
}

const environmentMark = (mark: string) => `${markName}=${mark}`

/** Lists `pid command` from /proc, without zombies, which have no command line. */
const markedOnLinux = async (mark: string): Promise<readonly string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (!(await read(pid, 'environ')).includes(environmentMark(mark))) return []
      const command = await read(pid, 'cmdline')
      return command === '' ? [] : [`${pid} ${command.replaceAll('\0', ' ').slice(0, 200)}`]
    }),
  )
  return found.flat()
}

const markedOnMac = async (mark: string): Promise<readonly string[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-axEww', '-o', 'pid=,command='])
  return stdout.split('\n').filter((line) => line.includes(environmentMark(mark)))
}

/** Lists the processes whose environment holds the mark, which even a detached child inherits. */
const markedProcesses = process.platform === 'darwin' ? markedOnMac : markedOnLinux

const collect = (child: ChildProcess) => {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk
    })
  }
  return texts
}

/** Starts `node <script> <args>` in the repository. */
export const runCommand = (script: string, ...args: readonly string[]): RunningCommand =>
  run(process.execPath, script, ...args)

/** Starts the built dzrun in the repository. */
export const runDzrun = (...args: readonly string[]): RunningCommand =>
  run(process.execPath, inject('dzrun'), ...args)

/** Starts `npm run <script>` in the repository. */
export const runNpmScript = (script: string): RunningCommand => run('npm', 'run', '--silent', script)

const run = (file: string, ...args: readonly string[]): RunningCommand => {
  const mark = randomUUID()
  const child = spawn(file, [...args], {
    cwd: repository,
    env: { ...process.env, [markName]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = collect(child)
  const ended = once(child, 'close').then(([code]): Ended => ({ code, ...texts }))
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  return {
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    ended,
    printed: (pattern, deadlineMs = 60_000) =>
      eventually(
        () => {
          const found = pattern.exec(texts.stdout)
          if (found === null) throw new Error(`no match for ${pattern} in:\n${texts.stdout}${texts.stderr}`)
          return found
        },
        { deadlineMs },
      ),
    interrupt: () => void child.kill('SIGINT'),
    terminate: () => void child.kill('SIGTERM'),
    descendants: () => markedProcesses(mark),
    kill: async () => {
      if (!isOver()) child.kill('SIGKILL')
      await ended
    },
  }
}
