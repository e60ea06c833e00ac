import { findPackageJSON } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { buildApp } from 'fauxqs'
import { z } from 'zod'

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>

/** The queues of fauxqs. */
export type SqsStore = Stores['sqsStore']

/** The stores of `buildApp`, and a function that closes their files. */
export interface FauxqsStores {
  readonly stores: Stores
  close(): void
}

/** The persistence of fauxqs, which writes each change to SQLite before it answers. */
interface Persistence {
  load(...stores: unknown[]): void
  close(): void
}

const internals = z.object({
  SqsStore: z.custom<new () => Stores['sqsStore']>((value) => typeof value === 'function'),
  SnsStore: z.custom<new () => Stores['snsStore']>((value) => typeof value === 'function'),
  S3Store: z.custom<new () => Stores['s3Store']>((value) => typeof value === 'function'),
  PersistenceManager: z.custom<new (dataDir: string) => Persistence>((value) => typeof value === 'function'),
})

/**
 * Creates the stores of fauxqs, in memory or in a directory. fauxqs exports neither the stores nor a persistent server
 * that listens on one address, so this function loads its modules by path. That is why the version in package.json is
 * exact.
 */
export async function fauxqsStores(dataDir?: string): Promise<FauxqsStores> {
  const { SqsStore, SnsStore, S3Store, PersistenceManager } = internals.parse({
    ...(await fauxqsModule('sqs/sqsStore')),
    ...(await fauxqsModule('sns/snsStore')),
    ...(await fauxqsModule('s3/s3Store')),
    ...(await fauxqsModule('persistence')),
  })
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() }
  if (dataDir === undefined) return { stores, close: () => {} }
  const persistence = new PersistenceManager(dataDir)
  // The stores persist only after loading, because inserting a loaded queue would delete its messages.
  persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store)
  Object.assign(stores.sqsStore, { persistence })
  for (const queue of stores.sqsStore.allQueues()) Object.assign(queue, { persistence })
  return { stores, close: () => persistence.close() }
}

async function fauxqsModule(name: string): Promise<object> {
  const manifest = findPackageJSON('fauxqs', import.meta.url)
  if (manifest === undefined) throw new Error('The package fauxqs is not installed: run npm ci')
  return import(new URL(`dist/${name}.js`, pathToFileURL(manifest)).href)
}
