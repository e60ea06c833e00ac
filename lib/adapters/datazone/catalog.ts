import {
  type DataZoneClient,
  GetAssetCommand,
  SearchCommand,
  SearchListingsCommand,
} from '@aws-sdk/client-datazone'
import type { Catalog } from '../../ports/catalog.ts'
import type { ReportUnreadableFields } from '../../ports/datazone.ts'
import { present } from '../../run/present.ts'
import { answer } from './answer.ts'
import { keepBodies } from './raw-answer.ts'
import { readCatalog } from './read-catalog.ts'

const pageSize = 50

/** DataZone's searches through its SDK client. Answers are read leniently (lib/adapters/datazone/read-catalog.ts). */
export const dataZoneCatalog = (
  client: DataZoneClient,
  report: ReportUnreadableFields = () => {},
): Catalog => {
  keepBodies(client)
  return {
    listings(domainIdentifier, nextToken) {
      const page = { domainIdentifier, maxResults: pageSize, ...present({ nextToken }) }
      const send = () => client.send(new SearchListingsCommand(page))
      return answer({ operation: 'SearchListings', send, read: readCatalog.listings }, report)
    },
    inventory(domainIdentifier, owningProjectIdentifier, nextToken) {
      const page = { domainIdentifier, maxResults: pageSize, ...present({ nextToken }) }
      const command = { ...page, owningProjectIdentifier, searchScope: 'ASSET' } as const
      const send = () => client.send(new SearchCommand(command))
      return answer({ operation: 'Search', send, read: readCatalog.inventory }, report)
    },
    details(domainIdentifier, identifier) {
      const send = () => client.send(new GetAssetCommand({ domainIdentifier, identifier }))
      return answer({ operation: 'GetAsset', send, read: readCatalog.details }, report)
    },
  }
}
