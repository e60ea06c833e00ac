import type { Hint } from '../../contracts/hint.ts'
import { reasonOf } from '../../errors.ts'
import type { EndedRun, InFlightRun, Run } from '../../run/run.ts'
import { type SweepSettings, shouldReadSucceededPage } from '../../run/sweep-plan.ts'
import type { Unrecognized } from '../../run/unrecognized.ts'
import { type AnnouncePorts, announceInParallel } from '../announce.ts'
import { getEach, newPass, type Pass, readStatus, type SettlePorts } from '../sweep/settle-runs.ts'

export interface HintTools extends AnnouncePorts, SettlePorts {
  readonly settings: SweepSettings
  /** Stop before this, in ms since the epoch. */
  readonly deadlineMs: number
}

/** By what a hint was understood; `nothing`: it names ids, and there is no record of any. */
export type HintAddress = 'run' | 'asset' | 'source' | 'domain' | 'nothing'

/**
 * `settled`: it led to an ending. `known`: what it may be about has ended, or nothing of ours is going. `early`: there
 * is no run id yet that it could be about; foreign hints look the same. `going`: no answer says yet that it is over.
 * `followed`: somebody else's run is on a record from now on. `undecided`: it will be, unless it turns out to be ours;
 * or an acceptance that could not be noted yet. No sweep would find either.
 * `accepted`: noted on the runs whose suggestions were accepted.
 */
export type HintFate = 'settled' | 'known' | 'early' | 'active' | 'followed' | 'undecided' | 'accepted'

export interface HintReport {
  /** One for each hint, in their order. */
  readonly hints: readonly { readonly address: HintAddress; readonly fate: HintFate }[]
  readonly ended: readonly EndedRun[]
  readonly announced: number
  /** Reads that DataZone refused, by its error name, and steps that failed. */
  readonly problems: readonly string[]
  /** Of what was written just now. */
  readonly unheardOf: readonly Unrecognized[]
}

interface Addressed {
  readonly hint: Hint
  readonly address: HintAddress
  readonly inFlight: readonly InFlightRun[]
  /** A Start was sent whose run id is not recorded, so that the hint may be about that. */
  readonly isStarting: boolean
  readonly couldNotRead: boolean
}

/** Each id of a batch is read once, however many hints name it. */
const remembered = <T>(read: (id: string) => Promise<T>): ((id: string) => Promise<T>) => {
  const known = new Map<string, Promise<T>>()
  return (id) => {
    const found = known.get(id) ?? read(id)
    known.set(id, found)
    return found
  }
}

const addressed = (hint: Hint, address: HintAddress, runs: readonly Run[]): Addressed => ({
  hint,
  address,
  inFlight: runs.filter((run) => run.state === 'IN_FLIGHT'),
  isStarting: runs.some(
    (run) => run.state === 'CLAIMED' || (run.state === 'PARKED' && run.earlierStart !== undefined),
  ),
  couldNotRead: false,
})

/** Which records a hint is about: a run id that is known, else an asset id, else only the domain. */
const addressAll = async (
  hints: readonly Hint[],
  { store }: HintTools,
  problems: string[],
): Promise<Addressed[]> => {
  const byRunId = remembered(async (runId) => (await store.byRunId(runId)).runs)
  const ofAsset = remembered(async (key) => {
    const [domainId = '', assetId = ''] = key.split(' ')
    return (await store.runsOf({ domainId, assetId })).runs
  })

  const address = async (hint: Hint): Promise<Addressed> => {
    for (const id of hint.ids) {
      const runs = (await byRunId(id)).filter((run) => run.subject.domainId === hint.domainId)
      if (runs.length > 0) return addressed(hint, 'run', runs)
    }
    for (const id of hint.ids) {
      const runs = await ofAsset(`${hint.domainId} ${id}`)
      if (runs.length > 0) return addressed(hint, 'asset', runs)
    }
    return addressed(hint, hint.ids.length === 0 ? 'domain' : 'nothing', [])
  }
  return Promise.all(
    hints.map(async (hint) => {
      try {
        return await address(hint)
      } catch (error) {
        problems.push(reasonOf(error))
        return { ...addressed(hint, 'nothing', []), couldNotRead: true }
      }
    }),
  )
}

/** What is in flight, for hints that tell no more than the domain. */
const inFlightByDomain = async (tools: HintTools): Promise<Map<string, InFlightRun[]>> => {
  const runs: InFlightRun[] = []
  for await (const page of tools.store.due(tools.clock.now())) {
    runs.push(...page.runs.filter((run) => run.state === 'IN_FLIGHT'))
  }
  return Map.groupBy(runs, (run) => run.subject.domainId)
}

const keyed = (runs: readonly InFlightRun[]): Map<string, InFlightRun> =>
  new Map(runs.map((run) => [run.runId, run]))

/** Lists what succeeded, page after page while that settles more than a Get each would. */
const listSucceeded = async (
  domainId: string,
  wanted: Map<string, InFlightRun>,
  expected: number,
  pass: Pass,
  tools: HintTools,
): Promise<void> => {
  const before = wanted.size
  const left = () => expected - (before - wanted.size)
  const wantsMore = (pages: number, takenFromLast: number) =>
    pages === 0 || shouldReadSucceededPage(left(), pages, takenFromLast)
  await readStatus(domainId, 'SUCCEEDED', wanted, wantsMore, pass, tools)
}

/** Hints that name their run or asset: one list for those that succeeded, and a Get for what is left. */
const settleNamed = async (
  domainId: string,
  hints: readonly Addressed[],
  pass: Pass,
  tools: HintTools,
): Promise<void> => {
  const succeeded = keyed(
    hints.flatMap(({ hint, inFlight }) => (hint.verdict === 'SUCCEEDED' ? inFlight : [])),
  )
  const others = keyed(hints.flatMap(({ hint, inFlight }) => (hint.verdict === 'SUCCEEDED' ? [] : inFlight)))
  for (const runId of others.keys()) succeeded.delete(runId)
  if (succeeded.size >= 2) await listSucceeded(domainId, succeeded, succeeded.size, pass, tools)
  await getEach([...succeeded.values()], pass, tools)
  await getEach([...others.values()], pass, tools)
}

/** Hints that tell only their domain: a list of what ended that way, and a Get where it takes one to know why. */
const settleUnnamed = async (
  domainId: string,
  hints: readonly Addressed[],
  inFlight: readonly InFlightRun[],
  pass: Pass,
  tools: HintTools,
): Promise<void> => {
  const count = (verdict: Hint['verdict']) => hints.filter(({ hint }) => hint.verdict === verdict).length
  const ended = new Set(pass.ended.map((run) => run.runId))
  const wanted = keyed(inFlight.filter((run) => !ended.has(run.runId)))
  if (wanted.size === 0) return
  if (count('SUCCEEDED') > 0) await listSucceeded(domainId, wanted, count('SUCCEEDED'), pass, tools)
  for (const verdict of ['FAILED', 'CANCELED'] as const) {
    if (count(verdict) === 0) continue
    const page = await tools.datazone.listRuns(domainId, { status: verdict })
    if (page.outcome === 'refused') {
      pass.problems.push(page.refusal.name)
      continue
    }
    await getEach(
      page.value.runs.flatMap(({ runId }) => wanted.get(runId) ?? []),
      pass,
      tools,
    )
  }
}

/** What has become of the hints that tell only their domain: as many as endings were found are settled. */
const fatesOfUnnamed = (
  hints: readonly Addressed[],
  wasInFlight: boolean,
  found: readonly EndedRun[],
): Map<Addressed, HintFate> => {
  const left = new Map<string, number>()
  for (const { ending } of found) left.set(ending, (left.get(ending) ?? 0) + 1)
  return new Map(
    hints.map((one) => {
      const { verdict } = one.hint
      const free = left.get(verdict) ?? 0
      left.set(verdict, free - 1)
      return [one, free > 0 ? 'settled' : wasInFlight ? 'active' : 'known']
    }),
  )
}

const fateOfNamed = (one: Addressed, ended: ReadonlySet<string | undefined>): HintFate => {
  if (one.couldNotRead) return 'active'
  if (one.inFlight.some(({ runId }) => ended.has(runId))) return 'settled'
  if (one.inFlight.length > 0) return 'active'
  return one.isStarting || one.address === 'nothing' ? 'early' : 'known'
}

/**
 * Looks at what a batch of hints is about, and announces what has ended. Hints may be lost, doubled, early, late, out
 * of order or about runs of others: none of them ends a run by itself, and what they miss the
 * sweep finds (P6). A verdict decides only how to look.
 */
export const settleHints = async (hints: readonly Hint[], tools: HintTools): Promise<HintReport> => {
  const pass = newPass()
  const attempt = async (step: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      pass.problems.push(`${step}: ${reasonOf(error)}`)
    }
  }
  const all = await addressAll(hints, tools, pass.problems)

  const named = all.filter(({ address }) => address !== 'domain')
  for (const [domainId, ofDomain] of Map.groupBy(named, ({ hint }) => hint.domainId))
    await attempt(`settle ${domainId}`, () => settleNamed(domainId, ofDomain, pass, tools))

  const fates = new Map<Addressed, HintFate>()
  const unnamed = all.filter(({ address }) => address === 'domain')
  if (unnamed.length > 0) {
    await attempt('settle by domain', async () => {
      const inFlight = await inFlightByDomain(tools)
      for (const [domainId, ofDomain] of Map.groupBy(unnamed, ({ hint }) => hint.domainId)) {
        const before = pass.ended.length
        const runs = inFlight.get(domainId) ?? []
        await settleUnnamed(domainId, ofDomain, runs, pass, tools)
        for (const [one, fate] of fatesOfUnnamed(ofDomain, runs.length > 0, pass.ended.slice(before)))
          fates.set(one, fate)
      }
    })
  }

  let announced = 0
  await attempt('announce', async () => {
    announced = await announceInParallel(pass.ended, tools)
  })
  const ended = new Set(pass.ended.map(({ runId }) => runId))
  return {
    hints: all.map((one) => ({
      address: one.address,
      fate: one.address === 'domain' ? (fates.get(one) ?? 'active') : fateOfNamed(one, ended),
    })),
    ended: pass.ended,
    announced,
    problems: pass.problems,
    unheardOf: pass.unheardOf,
  }
}
