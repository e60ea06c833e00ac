import { transferredAsset, unreadySource, withdrawnAsset } from '../catalog-changes.ts'
import { unlistedAssets } from '../refused-lists.ts'
import { type Sabotage, withDataZone } from './sabotage.ts'

/** For `appliesTo`: the program sends a request about one of these assets or data sources. */
const sends =
  (...targets: readonly string[]): NonNullable<Sabotage['appliesTo']> =>
  ({ program }) =>
    program.actions.some(
      ({ action }) => action.kind === 'send' && targets.includes(action.request?.assetId ?? ''),
    )

/** Defects that show when the catalog changes under a request, or when DataZone refuses List. */
export const catalogChangesSabotages: readonly Sabotage[] = [
  {
    name: 'overlook that an asset was withdrawn',
    appliesTo: sends(withdrawnAsset),
    message: (body) => (/Asset (Unpublished|Listing Deleted)/.test(body) ? undefined : body),
  },
  {
    name: 'start in the former project of a transferred asset',
    appliesTo: sends(transferredAsset),
    ports: (ports) =>
      withDataZone(ports, {
        getAsset: async (domainId, assetId) => {
          const answer = await ports.datazone.getAsset(domainId, assetId)
          if (answer.outcome === 'refused') return answer
          const { transfer: _, ...value } = answer.value
          return { ...answer, value: { ...value, owningProjectId: 'project1' } }
        },
      }),
  },
  {
    name: 'take a data source that is being updated for a deleted one',
    appliesTo: sends(unreadySource),
    ports: (ports) =>
      withDataZone(ports, {
        getDataSource: async (domainId, dataSourceId) => {
          const answer = await ports.datazone.getDataSource(domainId, dataSourceId)
          return answer.outcome === 'answered' && answer.value.status === 'UPDATING'
            ? { ...answer, value: { ...answer.value, status: 'FAILED_UPDATE' } }
            : answer
        },
      }),
  },
  {
    name: 'read no run with Get while List is refused',
    appliesTo: sends(...unlistedAssets),
    sweeper: (ports) => {
      let refused: Awaited<ReturnType<typeof ports.datazone.listRuns>> | undefined
      return withDataZone(ports, {
        listRuns: async (domainId, query) => {
          const page = await ports.datazone.listRuns(domainId, query)
          if (page.outcome === 'refused') refused = page
          return page
        },
        getRun: async (domainId, runId) =>
          refused?.outcome === 'refused' ? refused : ports.datazone.getRun(domainId, runId),
      })
    },
  },
]
