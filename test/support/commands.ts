import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from './eventually.ts'

const repository = resolve(import.meta.dirname, '..', '..')
const markName = 'COMMAND_UNDER_TEST'

/** How a command ended. */
interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command of this repository as a user runs it, in a process of its own. */
export interface RunningCommand {
  readonly stdout: () => string
  readonly ended: Promise<Ended>
  /** Settles with what the pattern finds in what the command has printed. */
  printed(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray>
  /** As Ctrl-C does. */
  interrupt(): void
  /** As a service manager does. */
  terminate(): void
  /** The processes that it started, by whatever detour, and that still run. */
  descendants(): Promise<readonly string[]>
  /** Ends it if a test did not. */
  kill(): Promise<void>
}

const environmentMark = (mark: string) => `${markName}=${mark}`

/** `pid command`, from what the kernel shows; one that has ended and waits to be reaped has no command line. */
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

/** Processes whose environment holds the mark: a detached child inherits it, wherever else it hangs in the tree. */
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
    ended,
    printed: (pattern, deadlineMs = 60_000) =>
      eventually(
        () => {
          const found = pattern.exec(texts.stdout)
          if (found === null) throw new Error(`nothing like ${pattern} in:\n${texts.stdout}${texts.stderr}`)
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
