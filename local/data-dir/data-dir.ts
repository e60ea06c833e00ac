import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isAlive } from '../servers/is-alive.ts'
import { writeWhole } from './write-whole.ts'

/** What the sample catalogue in a data directory was made of. */
const manifestSchema = z.object({ version: z.literal(2), assets: z.number(), seed: z.number() })
type Manifest = z.infer<typeof manifestSchema>

/** A directory that keeps the state of one stack. */
export interface DataDir {
  readonly path: string
  /** What an earlier start made; undefined for a new directory. */
  readonly earlier: Manifest | undefined
  /** Writes down what this start has made. */
  keep(manifest: Omit<Manifest, 'version'>): void
}

/**
 * Opens a data directory, and makes it if it is not there.
 * @throws Error if another stack uses it, if its manifest cannot be read, or if it holds other files
 */
export function openDataDir(path: string): DataDir {
  mkdirSync(path, { recursive: true })
  const [manifest, lock] = [join(path, 'stack.json'), join(path, 'process-id')]
  const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : undefined
  if (owner !== undefined && owner !== process.pid && isAlive(owner))
    throw new Error(
      `--data ${path} is in use by the stack with process id ${owner}: stop that one, or name another`,
    )
  writeFileSync(lock, String(process.pid))
  return {
    path,
    earlier: existsSync(manifest) ? readManifest(manifest) : undefined,
    keep: (made) => writeWhole(manifest, JSON.stringify({ version: 2, ...made })),
  }
}

function readManifest(path: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new Error(
      `${path} cannot be read: it is damaged or of another version; delete the directory to begin anew`,
      {
        cause,
      },
    )
  }
}
