import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import { LongFilesFirst } from './config/long-files-first.ts'

const cores = availableParallelism()

// The processes and threads that tests start need half of the CPU time when what they load is compiled already.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('./node_modules/.cache/compiled', import.meta.url),
)

/** Tests of the DynamoDB, SQS and EventBridge adapters, which start a real server each. */
const contractsOfServers = [
  'test/contract/{breakers,catalog-session,claim-conflict,memberships,datazone,event-bus,hint-queue,malformed-{holders,items},run-list}.test.ts',
  'test/contract/{backfill-plans,catalog,event-tail,policies}.test.ts',
  'test/contract/{request-queue,skip-log,run-store,start-pace,switches}.test.ts',
]

/** Tests that count the open handles of their process, which must hold none of another file. */
const countsHandles = ['test/integration/local-{event-source,stack,taps}.test.ts']

/** The time-outs are for what hangs, and leave room for a machine that is busy with other things. */
const shared = {
  testTimeout: 120_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 30_000 } },
  pool: 'forks',
} as const

/**
 * Four projects. `unit` starts no server. `servers` starts real servers on loopback and mostly waits for them, so it has
 * more workers than there are cores; `handles` counts what they leave open, and `simulation`, one file that starts a
 * worker thread for each core, runs beside them. The files of `unit` and `servers` share their workers, because loading
 * the SDK and the local stack again for each file would take a fifth of their CPU time. A file therefore leaves no global
 * state behind: it removes what it stubs, and closes what it opens.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongFilesFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/{unit,property,contract}/**/*.test.ts', 'test/simulation/ports/*.test.ts'],
          exclude: [...configDefaults.exclude, ...contractsOfServers],
          isolate: false,
          maxWorkers: cores,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'servers',
          include: ['test/{integration,e2e,package,browser}/**/*.test.ts', ...contractsOfServers],
          exclude: [...configDefaults.exclude, ...countsHandles],
          globalSetup: 'test/support/build-dzrun.ts',
          isolate: false,
          maxWorkers: cores + 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'handles',
          include: countsHandles,
          maxWorkers: cores + 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'simulation',
          include: ['test/simulation/*.test.ts'],
          maxWorkers: cores + 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    // What `npm run test:unit` covers; the adapters and the wiring are covered by the servers' tests.
    coverage: {
      provider: 'v8',
      include: ['lib/{contracts,run,usecases}/**'],
      reporter: ['text-summary', 'html'],
      thresholds: {
        'lib/contracts/**': { statements: 98, branches: 96, functions: 98 },
        'lib/run/**': { statements: 98, branches: 97, functions: 98 },
        'lib/usecases/**': { statements: 97, branches: 94, functions: 97 },
      },
    },
  },
})
