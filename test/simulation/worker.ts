import { parentPort } from 'node:worker_threads'
import { runSeeds, type SeedRange } from './run-seeds.ts'

// Errors are ordinary answers here, by the hundred; `--history SEED` runs a seed with their stacks.
Error.stackTraceLimit = 0

parentPort?.on('message', async (range: SeedRange) => {
  parentPort?.postMessage(await runSeeds(range))
})
