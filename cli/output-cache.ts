import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod/mini'
import { cacheFolder } from '../local/start/running-stacks.ts'

/**
 * A cache of the outputs of deployed stacks, for ten minutes, so that most commands need no call of CloudFormation.
 *
 * 1. The key has the stack, the Region, the endpoint and the access key, which belongs to one account; it is stored hashed.
 * 2. An unreadable entry counts as absent. If the cache cannot be written, the command still works.
 * 3. A missing resource means that the entry is stale: `forgetOutputs` removes the one that this command used.
 */

export type StackOutputs = Readonly<Record<string, string>>

const ttlMs = 10 * 60_000

const Entry = z.object({ readAtMs: z.number(), outputs: z.record(z.string(), z.string()) })

/** The entry that this process took its outputs from. */
let usedFile: string | undefined

export const outputsFile = (key: readonly string[]): string =>
  join(
    cacheFolder(),
    'outputs',
    `${createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32)}.json`,
  )

/** Returns the outputs that were cached less than ten minutes ago. */
export const cachedOutputs = async (file: string, nowMs: number): Promise<StackOutputs | undefined> => {
  try {
    const { readAtMs, outputs } = z.parse(Entry, JSON.parse(await readFile(file, 'utf8')))
    if (readAtMs > nowMs || readAtMs < nowMs - ttlMs) return undefined
    usedFile = file
    return outputs
  } catch {
    return undefined
  }
}

export const cacheOutputs = async (file: string, outputs: StackOutputs, nowMs: number): Promise<void> => {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, JSON.stringify({ readAtMs: nowMs, outputs }), { mode: 0o600 })
  } catch {}
}

/** Removes the entry that this command used; returns whether there was one. */
export const forgetOutputs = async (): Promise<boolean> => {
  if (usedFile === undefined) return false
  await rm(usedFile, { force: true }).catch(() => {})
  usedFile = undefined
  return true
}
