import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { isAlive } from '../servers/is-alive.ts'

/**
 * Finds the running local stacks, so that a command needs no flag to find its stack.
 *
 * 1. The stacks of this directory come first: their env files are `.local/env` and `.local/env-<process id>`.
 * 2. If there are none, every stack of the user counts: each writes a pointer to its env file in the user's cache folder.
 * 3. A stack counts only while the process that its env file names is running.
 */

/** Returns the cache folder of dzrun and npm start, whose files can be deleted. */
export const cacheFolder = (): string => {
  const usual =
    process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache')
  return join(process.env['XDG_CACHE_HOME'] || usual, 'dzrun')
}

const pointers = (): string => join(cacheFolder(), 'local')

/** A running local stack. */
export interface RunningStack {
  /** The env file of the stack: a relative path for a file below the working directory. */
  readonly file: string
  readonly pid: number
}

const header = /^# The local stack with process id (\d+)/

/** Returns the process id in an env file; undefined when the file cannot be read or has none. */
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

/** Returns the running stacks (1, 2). */
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
 * Writes the pointer to the stack of this process, and removes the pointers of stacks that have ended. Does nothing
 * when the cache folder cannot be written: commands in other directories then need --local FILE.
 */
export const pointToStack = async (envFile: string): Promise<void> => {
  try {
    await mkdir(pointers(), { recursive: true, mode: 0o700 })
    for (const name of await namesIn(pointers()))
      if (!isAlive(Number(name))) await rm(join(pointers(), name), { force: true })
    await writeFile(join(pointers(), String(process.pid)), resolve(envFile))
  } catch {}
}
