import { parentPort, workerData } from 'node:worker_threads'
import { runSeeds } from './run-seeds.ts'

// Errors are ordinary answers here, by the hundred; `--history SEED` runs a seed with their stacks.
Error.stackTraceLimit = 0

parentPort?.postMessage(await runSeeds(workerData))
