import { dirname, join } from 'node:path'
import { connectPage } from '../../page/connect-page.ts'
import { keptToken } from '../../page/kept-token.ts'
import { type Page, startPage } from '../../page/server/page-server.ts'
import type { Catalogue } from '../datazone/input/catalogue.ts'
import type { Launched } from '../launch.ts'

/** The limit of read units, which is required. On this machine they cost nothing, so it is never reached. */
const unitsPerMinute = 600_000

interface OpenPageOptions {
  readonly system: Launched
  readonly catalogue: Catalogue
  readonly envFile: string
  readonly port: number
  /** Whether to listen on another port when this one is in use. Default: it fails. */
  readonly mayMove?: boolean
  readonly log: (line: string) => void
}

/**
 * Opens the live page of a local stack. Its token is kept beside the env file, so that an open page survives a restart.
 */
export async function openPage(options: OpenPageOptions): Promise<Page> {
  const { system, catalogue, envFile, port, mayMove = false, log } = options
  const [domain] = catalogue.domains
  const asset = domain?.assets.find(({ id }) => id.endsWith('store_sales')) ?? domain?.assets[0]
  const page = {
    stack: await connectPage({ local: envFile }, { killWorkers: system.stack.killWorkers }),
    domains: catalogue.domains.map(({ id }) => id),
    allowChanges: true,
    unitsPerMinute,
    token: await keptToken(join(dirname(envFile), 'page-token')),
    log,
    ...(domain === undefined || asset === undefined
      ? {}
      : { firstRequest: { domainId: domain.id, projectId: asset.projectId, assetId: asset.id } }),
  }
  try {
    return await startPage({ ...page, port })
  } catch (error) {
    if (!mayMove) throw error
    return startPage({ ...page, port: 0 })
  }
}
