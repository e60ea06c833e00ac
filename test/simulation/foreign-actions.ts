import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'

const minute = 60_000
const hour = 60 * minute

/**
 * Draws what users do in the portal and what schedules start. In a fifth of the seeds, foreign runs of the data source: in
 * the storm, and in the calm, where none may be overlooked. A request of ours comes during some of them. In some seeds, an
 * asset is accepted long after its run and published almost a day later: only because of the acceptance does a repeat guard
 * of one day still apply.
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
  const actions: { readonly atMs: number; readonly action: Action }[] = []
  const triggers: { readonly atMs: number; readonly triggerKey: string }[] = []
  const foreignRun = (): Action => ({
    kind: 'foreign-run',
    domainId,
    dataSourceId: sourceId,
    type: random.pick(['SCHEDULED', 'PRIORITIZED']),
  })
  if (random.chance(0.2)) {
    for (let left = random.whole(1, 4); left > 0; left -= 1)
      actions.push({ atMs: random.whole(0, stormMs), action: foreignRun() })
    for (let left = random.whole(0, 2); left > 0; left -= 1) {
      const atMs = stormMs + random.whole(10, 90) * minute
      actions.push({ atMs, action: foreignRun() })
      if (random.chance(0.5)) triggers.push({ atMs: atMs + 20_000, triggerKey: `beside-${left}` })
    }
  }
  const publications: { readonly atMs: number; readonly assetId: string }[] = []
  if (random.chance(0.03)) {
    const assetId = random.pick(world.assets)
    const atMs = stormMs + 2 * hour + random.whole(0, hour)
    actions.push({ atMs, action: { kind: 'accept', domainId, assetId } })
    publications.push({ atMs: atMs + 23 * hour, assetId })
  }
  return { actions, triggers, publications }
}
