import type { CallLog, Calls } from './call-log.ts'
import type { Catalogue, NewRevision } from './catalogue.ts'
import { type ArmedFault, armFaults, type Fault } from './faults.ts'
import { statusAt } from './plan.ts'
import type { Run } from './run-book.ts'
import { addRevision, type Revision, shelveCatalogue } from './shelves.ts'
import type { World } from './world.ts'

/** A run as it really is, whatever Get and List say of it. Times in epoch milliseconds. */
export type RunTruth = Readonly<
  Pick<
    Run,
    'id' | 'domainId' | 'projectId' | 'assetId' | 'revision' | 'types' | 'clientToken' | 'createdAtMs'
  > & { submittedUntilMs: number; endsAtMs: number; ending: string; status: string }
>

/** How a test or the local stack sets the simulator up and looks behind it. */
export type Control = {
  /**
   * Puts this catalogue in the place of what was loaded before; runs stay. Throws ControlError, naming each
   * wrong field, and then changes nothing.
   */
  loadCatalogue: (catalogue: Catalogue) => { domains: number; assets: number }
  /** Gives an asset a new latest revision. Throws ControlError for an unknown asset or a revision it already has. */
  addRevision: (revision: NewRevision) => Revision
  /** Puts these faults in the place of those set before. Throws ControlError, naming each wrong field. */
  setFaults: (faults: readonly Fault[]) => { faults: number }
  /** Every run ever started, in the order of their Starts. */
  runs: () => RunTruth[]
  /** Every call ever made. */
  calls: () => Calls
}

const truthOf = (run: Run, nowMs: number): RunTruth => {
  const { rank: _rank, createdBy: _createdBy, plan, ...identity } = run
  const { submittedUntilMs, endsAtMs, ending } = plan
  return { ...identity, submittedUntilMs, endsAtMs, ending, status: statusAt(plan, nowMs) }
}

/** The control of a world; faults are armed by `arm`. */
export const createControl = (world: World, log: CallLog, arm: (faults: ArmedFault[]) => void): Control => ({
  loadCatalogue: (catalogue) => {
    world.shelves = shelveCatalogue(catalogue, world.nowMs())
    const assets = [...world.shelves.values()].reduce((sum, { size }) => sum + size, 0)
    return { domains: world.shelves.size, assets }
  },
  addRevision: (revision) => addRevision(world.shelves, revision, world.nowMs()),
  setFaults: (faults) => {
    const armed = armFaults(faults, world.nowMs())
    arm(armed)
    return { faults: armed.length }
  },
  runs: () => [...world.book.all()].map((run) => truthOf(run, world.nowMs())),
  calls: log.read,
})
