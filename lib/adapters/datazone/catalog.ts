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

/** DataZone's searches through its SDK client, whose answers are read leniently. */
export const dataZoneCatalog = (
  client: DataZoneClient,
  report: ReportUnreadableFields = () => {},
): Catalog => {
  keepBodies(client)
  return {
    listings: (domainIdentifier, nextToken) =>
      answer(
        {
          operation: 'SearchListings',
          send: () =>
            client.send(
              new SearchListingsCommand({
                domainIdentifier,
                maxResults: pageSize,
                ...present({ nextToken }),
              }),
            ),
          read: readCatalog.listings,
        },
        report,
      ),
    inventory: (domainIdentifier, owningProjectIdentifier, nextToken) =>
      answer(
        {
          operation: 'Search',
          send: () =>
            client.send(
              new SearchCommand({
                domainIdentifier,
                owningProjectIdentifier,
                searchScope: 'ASSET',
                maxResults: pageSize,
                ...present({ nextToken }),
              }),
            ),
          read: readCatalog.inventory,
        },
        report,
      ),
    details: (domainIdentifier, identifier) =>
      answer(
        {
          operation: 'GetAsset',
          send: () => client.send(new GetAssetCommand({ domainIdentifier, identifier })),
          read: readCatalog.details,
        },
        report,
      ),
  }
}
