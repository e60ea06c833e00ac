import type { DataZone } from '../../local/datazone/datazone.ts'
import { dueCancels } from './due-cancels.ts'
import { heldBack } from './held-back.ts'
import { openStarts } from './open-starts.ts'
import type { Outside } from './outside.ts'
import type { Item } from './ports/stored-item.ts'
import type { Program } from './program.ts'
import { answeredErrors, seeRuns } from './see-runs.ts'
import type { Setting } from './setting.ts'
import { hintedBy } from './world-hints.ts'
import type { WorldPorts } from './world-ports.ts'
import type { WorldQueues } from './world-queues.ts'

/** What the parts of a world recorded while it ran. */
type Recorded = Pick<
  Outside,
  | 'sent'
  | 'modes'
  | 'revisions'
  | 'pauses'
  | 'forgotten'
  | 'expired'
  | 'refusalSpans'
  | 'accidentsMs'
  | 'overwritten'
  | 'startsOnFullDays'
  | 'startsWhileSourceActive'
  | 'sweptMs'
  | 'hints'
  | 'endMs'
>

interface WorldParts {
  readonly datazone: DataZone
  readonly queues: WorldQueues
  readonly ports: WorldPorts
  /** The items of the table, except those that the program planted. */
  readonly items: readonly Item[]
}

const fromProgram = ({ actions, bursts, startMs, quotaEnds, runsPerDay, unlistedEvents }: Program) => ({
  bursts: bursts.map(({ atMs, assets, limit }) => ({
    fromMs: startMs + atMs,
    size: assets.length,
    limit: limit.startRatePerSecond,
  })),
  quotaEnds,
  runsPerDay,
  unlistedEvents,
  unreadableAssets: actions.flatMap(({ action }) =>
    action.kind === 'plant-newer' || action.kind === 'plant-damaged' ? [action.assetId] : [],
  ),
})

/** Returns what can be seen of a world from outside, for the checker. */
export const seeWorld = (setting: Setting, parts: WorldParts, recorded: Recorded): Outside => {
  const { profile, scenario, program, times, trial } = setting
  const { datazone, queues, ports, items } = parts
  const { table, skips, events } = ports
  const { skewMs, apiGeneration, assumptions, unreadable, cancelMs } = profile
  const writes = table.writes()
  return {
    ...recorded,
    ...fromProgram(program),
    ...seeRuns(datazone),
    ...hintedBy(profile),
    ...{ scenario, skewMs, apiGeneration, cancelMs, items, events },
    listLagMs: assumptions.listLagMs,
    unreadableMembers: Object.keys(unreadable ?? {}),
    calmFromMs: times.calmFromMs,
    counters: table.counters(),
    heldBack: heldBack(writes, program),
    openStarts: openStarts(writes),
    cancelsDue: dueCancels(writes, recorded.modes, recorded.endMs),
    skips: skips.all(),
    rejected: queues.rejected.messages().map(({ body }) => body),
    queue: queues.requests.messages(),
    deadLetters: queues.deadLetters.messages(),
    deadLettered: queues.deadLettered,
    hidden: queues.hidden,
    trial: trial && {
      kind: trial.kind,
      fromMs: program.startMs + trial.fromMs,
      untilMs: program.startMs + trial.untilMs,
    },
    answeredErrors: answeredErrors(datazone),
  }
}
