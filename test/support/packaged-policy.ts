import { cp, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type PackagedService, packagedTemplate } from '../../local/package.ts'

const repository = resolve(import.meta.dirname, '..', '..')
const linked = ['infra', 'node_modules', 'package.json', 'package-lock.json']
const copied = ['serverless.yml', 'functions', 'lib', 'config']

/**
 * Packages the service with another policy. Bundles include the policy, so this packages a service directory that
 * differs in that file only. Sources are copied because the bundler would follow links to the real policy. The result
 * is cached next to the repository's own package and reused until a source or the policy changes.
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
