import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The slowest test files, in the order of their start: those that mostly wait begin beside the simulation, which keeps every
 * core busy.
 */
const longFiles = [
  'test/simulation/simulation.test.ts',
  'test/integration/crash/forgotten-token.test.ts',
  'test/integration/crash/durable-claim.test.ts',
  'test/integration/stack-behavior/withdrawal.test.ts',
  'test/e2e/start.test.ts',
  'test/e2e/cli.test.ts',
  'test/e2e/docs-commands.test.ts',
  'test/e2e/cli-changes.test.ts',
  'test/package/packaging.test.ts',
  'test/browser/page.test.ts',
  'test/e2e/demo.test.ts',
  'test/integration/crash/before-the-claim.test.ts',
  'test/simulation/ten-thousand.test.ts',
  'test/simulation/backfill-lane.test.ts',
  'test/integration/datazone-simulator-package.test.ts',
  'test/integration/raised-alarms.test.ts',
  'test/integration/stack-behavior/settings.test.ts',
  'test/contract/run-store.test.ts',
  'test/integration/stack-behavior/several-runs.test.ts',
  'test/integration/stack-behavior/observer.test.ts',
  'test/e2e/terminal.test.ts',
  'test/integration/live-profile.test.ts',
  'test/e2e/help.test.ts',
  'test/integration/local-taps.test.ts',
  'test/integration/local-event-source.test.ts',
  'test/integration/stack-behavior/list-order.test.ts',
  'test/package/dzrun-tarball.test.ts',
  'test/e2e/docs-simulator.test.ts',
]

const placeOf = ({ moduleId, project }: TestSpecification): number => {
  const index = longFiles.findIndex((file) => moduleId.endsWith(`/${file}`))
  const group = project.config.sequence.groupOrder
  return group * (longFiles.length + 1) + (index === -1 ? longFiles.length : index)
}

/** Starts the slow files of a group first. Vitest would run projects by name, which leaves the simulation for last. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((left, right) => placeOf(left) - placeOf(right))
  }
}
