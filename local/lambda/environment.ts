import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Invocation, ReportedError, WorkerReport, WorkerSetup } from './protocol.ts'

/** How an invocation ended. */
export type InvokeOutcome =
  | { readonly outcome: 'ok'; readonly value: unknown }
  | { readonly outcome: 'error'; readonly message: string; readonly type: string }
  | { readonly outcome: 'timeout' }
  /** The reserved concurrency was in use, so the function did not run. */
  | { readonly outcome: 'throttled' }

/** An execution environment: a worker thread that runs one invocation at a time. */
export interface ExecutionEnvironment {
  readonly id: string
  /** Returns false once the environment has crashed, timed out or been terminated. */
  isAlive(): boolean
  /** Runs one invocation with an event in JSON. Failures are outcomes; the promise does not reject. */
  invoke(requestId: string, event: string, timeoutMs: number): Promise<InvokeOutcome>
  /** Kills the environment, even in the middle of an invocation, and waits until it has exited. */
  terminate(): Promise<void>
}

/** Lambda's time limit for loading a function. */
const initTimeoutMs = 10_000

/**
 * Shares this process's cache of compiled code, if it has one, with a thread: a thread that compiles the bundle itself needs
 * up to twice the time to start. Node reads the variable before it loads worker.ts, which deletes it.
 */
const sharedCompileCache = (): Readonly<Record<string, string>> => {
  const folder = getCompileCacheDir()
  // Node adds a folder for its version.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

/** Starts an execution environment whose code has no environment variables but those of `env`. */
export function startEnvironment(options: {
  readonly id: string
  readonly setup: WorkerSetup
  readonly env: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}): ExecutionEnvironment {
  const { id, setup, env, log } = options
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: setup,
    env: { ...env, ...sharedCompileCache() },
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    name: id,
    resourceLimits: { maxOldGenerationSizeMb: setup.memoryMb },
  })
  for (const stream of [worker.stdout, worker.stderr]) createInterface({ input: stream }).on('line', log)

  // A report is kept, because it may arrive before an invocation waits for it.
  let next = Promise.withResolvers<WorkerReport>()
  const dead = Promise.withResolvers<ReportedError>()
  let isAlive = true
  const die = (error: ReportedError) => {
    isAlive = false
    dead.resolve(error)
  }
  worker.on('message', (message: WorkerReport) => next.resolve(message))
  worker.on('error', (error) =>
    die({ type: 'Runtime.ExitError', message: `Runtime exited with error: ${textOf(error)}` }),
  )
  worker.on('exit', (code) => die({ type: 'Runtime.ExitError', message: `Runtime exited with code ${code}` }))

  const terminate = async () => {
    die({ type: 'Runtime.ExitError', message: 'Runtime exited with error: signal: killed' })
    await worker.terminate()
  }
  const report = async (timeoutMs: number): Promise<WorkerReport | 'timeout'> => {
    const timer = new AbortController()
    const death = dead.promise.then((error) => ({ kind: 'error', error }) as const)
    const timeout = delay(timeoutMs, 'timeout' as const, { signal: timer.signal })
    timeout.catch(() => {})
    const first = await Promise.race([next.promise, death, timeout])
    timer.abort()
    next = Promise.withResolvers<WorkerReport>()
    return first
  }
  const ready = report(initTimeoutMs)

  return {
    id,
    isAlive: () => isAlive,
    terminate,
    invoke: async (requestId, event, timeoutMs) => {
      const started = await ready
      if (started === 'timeout' || started.kind !== 'ready') {
        await terminate()
        return started === 'timeout' ? { outcome: 'timeout' } : outcomeOf(started)
      }
      worker.postMessage({ requestId, event, deadlineMs: Date.now() + timeoutMs } satisfies Invocation)
      const ended = await report(timeoutMs)
      if (ended !== 'timeout') return outcomeOf(ended)
      // Lambda ends the environment of an invocation that times out.
      await terminate()
      log(`Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`)
      return { outcome: 'timeout' }
    },
  }
}

function outcomeOf(report: WorkerReport): InvokeOutcome {
  switch (report.kind) {
    case 'value':
      return { outcome: 'ok', value: report.value === undefined ? null : JSON.parse(report.value) }
    case 'error':
    case 'init failed':
      return { outcome: 'error', ...report.error }
    case 'ready':
      return { outcome: 'error', type: 'Runtime.Unknown', message: 'The runtime started twice' }
    default:
      return report satisfies never
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
