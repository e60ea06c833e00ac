import { cp, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type PackagedService, packagedTemplate } from '../../local/package.ts'

const repository = resolve(import.meta.dirname, '..', '..')
const linked = ['infra', 'node_modules', 'package.json', 'package-lock.json']
const copied = ['serverless.yml', 'functions', 'lib', 'config']

/**
 * The packaged service with another policy: the bundles have it in them, so a service directory that differs in just
 * that file is packaged. Sources are copied, because the bundler follows links to where the real policy is. It is kept
 * where the repository's own package is, and packaged again only when a source or the policy has changed.
 */
export const packagedWithPolicy = async (policy: object): Promise<PackagedService> => {
  const root = await mkdtemp(join(tmpdir(), 'policy-'))
  try {
    for (const name of linked) await symlink(join(repository, name), join(root, name))
    for (const name of copied) await cp(join(repository, name), join(root, name), { recursive: true })
    await writeFile(join(root, 'config', 'policy.json'), JSON.stringify(policy))
    const { template, directory } = await packagedTemplate(root)
    return { template, directory: await realpath(directory) }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
