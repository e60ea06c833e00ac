import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isAlive } from '../servers/is-alive.ts'
import { writeWhole } from './write-whole.ts'

/** How the sample catalogue of a data directory was made. */
const manifestSchema = z.object({ version: z.literal(2), assets: z.number(), seed: z.number() })
type Manifest = z.infer<typeof manifestSchema>

/** A directory that keeps the state of one stack. */
export interface DataDir {
  readonly path: string
  /** The manifest of the first start; undefined for a new directory. */
  readonly earlier: Manifest | undefined
  /** Writes the manifest. */
  keep(manifest: Omit<Manifest, 'version'>): void
}

/**
 * Opens a data directory for this process, and creates it if it does not exist.
 * @throws Error if another running stack uses it, or if its manifest cannot be read
 */
export function openDataDir(path: string): DataDir {
  mkdirSync(path, { recursive: true })
  const [manifest, lock] = [join(path, 'stack.json'), join(path, 'process-id')]
  const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : undefined
  if (owner !== undefined && owner !== process.pid && isAlive(owner))
    throw new Error(
      `--data ${path} is in use by the stack with process id ${owner}: stop that stack, or use another directory`,
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
      `${path} cannot be read, because it is damaged or of another version: delete the directory to start over`,
      {
        cause,
      },
    )
  }
}
