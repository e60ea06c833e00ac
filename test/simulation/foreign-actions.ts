import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'

const minute = 60_000
const hour = 60 * minute

/**
 * What people do in the portal, and schedules by themselves. Runs of the data source, in a third of the seeds: in the
 * storm, and in the calm, where nothing excuses that one is overlooked; some have a request of ours come while they go.
 * And in some seeds an asset is accepted long after its run, and published a day after that: too late for the repeat
 * guard, but for the acceptance.
 */
export const drawForeignActions = (
  random: Random,
  world: {
    readonly stormMs: number
    readonly domainId: string
    readonly sourceId: string
    readonly assets: readonly string[]
  },
) => {
  const { stormMs, domainId, sourceId } = world
  const deeds: { readonly atMs: number; readonly deed: Action }[] = []
  const triggers: { readonly atMs: number; readonly triggerKey: string }[] = []
  const foreignRun = (): Action => ({
    kind: 'foreign-run',
    domainId,
    dataSourceId: sourceId,
    type: random.pick(['SCHEDULED', 'PRIORITIZED']),
  })
  if (random.chance(0.35)) {
    for (let left = random.whole(1, 4); left > 0; left -= 1)
      deeds.push({ atMs: random.whole(0, stormMs), deed: foreignRun() })
    for (let left = random.whole(0, 2); left > 0; left -= 1) {
      const atMs = stormMs + random.whole(10, 90) * minute
      deeds.push({ atMs, deed: foreignRun() })
      if (random.chance(0.5)) triggers.push({ atMs: atMs + 20_000, triggerKey: `beside-${left}` })
    }
  }
  const publications: { readonly atMs: number; readonly assetId: string }[] = []
  if (random.chance(0.1)) {
    const assetId = random.pick(world.assets)
    const atMs = stormMs + 2 * hour + random.whole(0, hour)
    deeds.push({ atMs, deed: { kind: 'accept', domainId, assetId } })
    publications.push({ atMs: atMs + 23 * hour, assetId })
  }
  return { deeds, triggers, publications }
}
