import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
} from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import * as z from 'zod/mini'

const templateSchema = z.looseObject({
  Parameters: z.record(z.string(), z.looseObject({ Type: z.string(), Default: z.optional(z.string()) })),
  Conditions: z.record(z.string(), z.unknown()),
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.optional(z.record(z.string(), z.unknown())) }),
  ),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })),
})

/** The packaged CloudFormation template. */
export type Template = z.infer<typeof templateSchema>

/** A packaged service. */
export interface PackagedService {
  readonly template: Template
  /** Holds `.serverless` and the bundles, `dist/<function>/index.mjs`. The template's handlers are relative to it. */
  readonly directory: string
}

const repository = resolve(import.meta.dirname, '..')
const packager = join(repository, 'node_modules', 'serverless', 'bin', 'serverless.js')
// Not in .serverless, which every `serverless package` empties, even while a local stack runs from it.
const storeIn = (root: string): string => join(root, 'node_modules', '.cache', 'packaged-service')
const linked = ['infra', 'functions', 'lib', 'config', 'package.json', 'package-lock.json']
const deadlineMs = 180_000
const maxUnusedMs = 24 * 60 * 60 * 1000

/** Returns a hash of every file that goes into a bundle or the template. The lockfile stands for node_modules. */
const hashOfSources = async (root: string): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of ['serverless.yml', ...linked]) {
    const path = join(root, name)
    const entries = (await stat(path)).isDirectory()
      ? (await readdir(path, { recursive: true })).map((entry) => join(name, entry)).sort()
      : [name]
    for (const entry of entries) {
      if ((await stat(join(root, entry))).isFile())
        hash.update(`${entry}\0`).update(await readFile(join(root, entry)))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

/** Returns the first informative line of the packager's output; its headings end in a colon and are skipped. */
const firstProblem = (output: string): string => {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.replace(/^\s*(✘ \[ERROR\] |- )?/, '').trim())
    .filter((line) => !/^($|Packaging |Environment:|Docs:|Error: Build failed)|:$/.test(line))
  return lines[0] ?? 'no output'
}

const failureSchema = z.looseObject({ stdout: z.string(), stderr: z.string(), killed: z.boolean() })

const reasonOf = (error: unknown): string => {
  const failure = failureSchema.safeParse(error)
  if (!failure.success) return String(error)
  if (failure.data.killed) return `it took more than ${deadlineMs / 1000} seconds`
  return firstProblem(failure.data.stderr + failure.data.stdout)
}

/** Where the packager caches the compiled schemas of its plugins, by content. Compiling them takes a second. */
const schemaCache = join(repository, 'node_modules', '.cache')

/** Runs the packager without AWS_* variables and with an empty home directory, as on a machine without an AWS account. */
const runPackager = async (directory: string): Promise<void> => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')))
  await promisify(execFile)(process.execPath, [packager, 'package', '--stage', 'local'], {
    cwd: directory,
    env: {
      ...env,
      HOME: join(directory, 'home'),
      NODE_OPTIONS: '',
      SLS_SCHEMA_CACHE_BASE_DIR: schemaCache,
    },
    timeout: deadlineMs,
  }).catch((cause: unknown) => {
    throw new Error(`serverless package failed: ${reasonOf(cause)}`, { cause })
  })
}

/**
 * Packages in a temporary directory that links to the sources, so that concurrent packagers, builds and stacks do not
 * disturb each other, and then renames the directory to the hash. When two packagers race, the first rename wins and the
 * second discards its identical result. If a source has changed meanwhile, the result no longer fits the hash and is
 * discarded.
 */
const packageAs = async (hash: string, root: string): Promise<void> => {
  const store = storeIn(root)
  await mkdir(store, { recursive: true })
  const directory = await mkdtemp(join(store, 'tmp-'))
  try {
    await mkdir(join(directory, 'home'))
    await copyFile(join(root, 'serverless.yml'), join(directory, 'serverless.yml')) // the packager does not recognize a link
    for (const name of linked) await symlink(join(root, name), join(directory, name))
    await runPackager(directory)
    if ((await hashOfSources(root)) !== hash) return
    await rename(directory, join(store, hash)).catch(async (error: unknown) => {
      if (!(await isDirectory(join(store, hash)))) throw error
    })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

const removeUnused = async (store: string, now: number): Promise<void> => {
  for (const name of await readdir(store)) {
    const path = join(store, name)
    const found = await stat(path).catch(() => undefined)
    if (found && now - found.mtimeMs > maxUnusedMs) await rm(path, { recursive: true, force: true })
  }
}

/**
 * Returns the service as `serverless package --stage local` builds it, and reuses the last result until a source changes.
 * @throws Error with the first problem that the packager reports
 */
export const packagedTemplate = async (root: string = repository): Promise<PackagedService> => {
  const hash = await hashOfSources(root)
  const directory = join(storeIn(root), hash)
  if (!(await isDirectory(directory))) {
    await packageAs(hash, root)
    return packagedTemplate(root)
  }
  const now = Date.now()
  await utimes(directory, now / 1000, now / 1000)
  await removeUnused(storeIn(root), now)
  const text = await readFile(
    join(directory, '.serverless', 'cloudformation-template-update-stack.json'),
    'utf8',
  )
  return { template: templateSchema.parse(JSON.parse(text)), directory }
}
