import { parentPort } from 'node:worker_threads'
import { runSeeds, type SeedRange } from './run-seeds.ts'

// Errors are ordinary answers here, and their stack traces cost time. `--history SEED` keeps the traces.
Error.stackTraceLimit = 0

parentPort?.on('message', async (range: SeedRange) => {
  parentPort?.postMessage(await runSeeds(range))
})
