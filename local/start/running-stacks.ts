import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { isAlive } from '../servers/is-alive.ts'

/**
 * Which local stacks run, so that a command finds its stack by itself.
 *
 * 1. The stacks started in this directory come first: their env files are `.local/env` and `.local/env-<process id>`.
 * 2. Where there are none, every stack of the user counts: each leaves a pointer to its env file in the user's cache.
 * 3. A stack counts only while the process that its env file names runs.
 */

/** The folder in which dzrun and npm start keep what can be made again. */
export const cacheFolder = (): string => {
  const usual =
    process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache')
  return join(process.env['XDG_CACHE_HOME'] || usual, 'dzrun')
}

const pointers = (): string => join(cacheFolder(), 'local')

/** A local stack that runs. */
export interface RunningStack {
  /** Its env file, relative to the working directory where it is below. */
  readonly file: string
  readonly pid: number
}

const header = /^# The local stack with process id (\d+)/

/** The process that an env file names; undefined where it cannot be read or names none. */
export const ownerOf = async (file: string): Promise<number | undefined> => {
  const [, pid] = header.exec(await readFile(file, 'utf8').catch(() => '')) ?? []
  return pid === undefined ? undefined : Number(pid)
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

const running = async (files: readonly string[]): Promise<readonly RunningStack[]> => {
  const owned = await Promise.all(files.map(async (file) => ({ file, pid: await ownerOf(file) })))
  const alive = owned.flatMap(({ file, pid }) => (pid !== undefined && isAlive(pid) ? [{ file, pid }] : []))
  return [...new Map(alive.map((one) => [one.pid, one])).values()]
}

const nearest = (file: string, directory: string): string => {
  const near = relative(directory, file)
  return near.startsWith('..') ? file : near
}

/** Returns the stacks that run (1, 2). */
export const runningStacks = async (directory = process.cwd()): Promise<readonly RunningStack[]> => {
  const below = join(directory, '.local')
  const here = (await namesIn(below)).filter((name) => /^env(-\d+)?$/.test(name))
  const own = await running(here.map((name) => join(below, name)))
  if (own.length > 0) return own.map(({ file, pid }) => ({ file: nearest(file, directory), pid }))
  const named = await Promise.all(
    (await namesIn(pointers())).map((name) => readFile(join(pointers(), name), 'utf8').catch(() => '')),
  )
  return (await running(named.filter((file) => file !== ''))).map(({ file, pid }) => ({
    file: nearest(file, directory),
    pid,
  }))
}

/**
 * Leaves the pointer of this process's stack, and removes those of stacks that have ended. Without a cache folder, does
 * nothing: commands elsewhere then need --local FILE.
 */
export const pointToStack = async (envFile: string): Promise<void> => {
  try {
    await mkdir(pointers(), { recursive: true, mode: 0o700 })
    for (const name of await namesIn(pointers()))
      if (!isAlive(Number(name))) await rm(join(pointers(), name), { force: true })
    await writeFile(join(pointers(), String(process.pid)), resolve(envFile))
  } catch {}
}
