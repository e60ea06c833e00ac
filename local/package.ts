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

export type Template = z.infer<typeof templateSchema>

export interface PackagedService {
  readonly template: Template
  /** Holds `dist/<function>/index.mjs`, so that a handler's path is relative to it as in Lambda, and `.serverless`. */
  readonly directory: string
}

const repository = resolve(import.meta.dirname, '..')
const packager = join(repository, 'node_modules', 'serverless', 'bin', 'serverless.js')
// Not under .serverless, which every `serverless package` empties, also while a local stack runs from it.
const storeIn = (root: string): string => join(root, 'node_modules', '.cache', 'packaged-service')
const linked = ['infra', 'functions', 'lib', 'config', 'package.json', 'package-lock.json']
const deadlineMs = 60_000
const keptMs = 24 * 60 * 60 * 1000

/** Every file that a bundle or the template is made of, except what node_modules holds: the lockfile stands for it. */
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

/** What the packager complains of, in one line: its own headings say nothing, and end in a colon. */
const complaintOf = (output: string): string => {
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
  return complaintOf(failure.data.stderr + failure.data.stdout)
}

/** Runs the packager as a user without an AWS account would: no AWS_* setting, and a home with nothing in it. */
const runPackager = async (directory: string): Promise<void> => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')))
  await promisify(execFile)(process.execPath, [packager, 'package', '--stage', 'local'], {
    cwd: directory,
    env: { ...env, HOME: join(directory, 'home'), NODE_OPTIONS: '' },
    timeout: deadlineMs,
  }).catch((cause: unknown) => {
    throw new Error(`serverless package failed: ${reasonOf(cause)}`, { cause })
  })
}

/**
 * Packages in a service directory of its own, which links to the sources: no other packager, build or local stack
 * can trample it. Whoever renames first wins; the others' work was the same, and is thrown away.
 * A source that is edited meanwhile leaves nothing behind: the name would not say what was packaged.
 */
const packageAs = async (hash: string, root: string): Promise<void> => {
  const store = storeIn(root)
  await mkdir(store, { recursive: true })
  const directory = await mkdtemp(join(store, 'tmp-'))
  try {
    await mkdir(join(directory, 'home'))
    await copyFile(join(root, 'serverless.yml'), join(directory, 'serverless.yml')) // a link is not recognized
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
    if (found && now - found.mtimeMs > keptMs) await rm(path, { recursive: true, force: true })
  }
}

/** The service as `serverless package` makes it for stage `local`; packaged again only when a source has changed. */
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
