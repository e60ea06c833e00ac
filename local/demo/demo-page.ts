import type { Page } from '../../page/server/page-server.ts'
import type { Launched } from '../launch.ts'
import { sampleWithDataSources } from '../simulator-catalogue.ts'
import { environmentOf, writeEnvFile } from '../start/env-file.ts'
import { openPage } from '../start/open-page.ts'

const envFile = '.local/demo/env'

/** Opens the live page of the demo's stack on a free port. */
export const openDemoPage = async (
  system: Launched,
  assets: number,
  log: (line: string) => void,
): Promise<Page> => {
  const catalogue = sampleWithDataSources(assets)
  const domainIds = catalogue.domains.map(({ id }) => id)
  const written = await writeEnvFile(envFile, environmentOf(system, domainIds))
  return openPage({ system, catalogue, envFile: written, port: 0, log })
}
