import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { Invocation, ReportedError, WorkerReport, WorkerSetup } from './protocol.ts'

/** The code of an execution environment: imports the bundle once, then runs one invocation after the other. */
type Handler = (event: unknown, context: unknown) => unknown

// Node has read it by now, and a function has no variables but its own.
delete process.env['NODE_COMPILE_CACHE']

const setup = workerData as WorkerSetup
const report = (message: WorkerReport) => parentPort?.postMessage(message)

async function loadHandler(): Promise<Handler> {
  const module: Record<string, unknown> = await import(pathToFileURL(setup.bundle).href)
  const handler = module[setup.exportName]
  if (typeof handler !== 'function')
    throw new Error(`${setup.bundle} exports no function named ${setup.exportName}`)
  return handler as Handler
}

async function invoke(handler: Handler, { requestId, event, deadlineMs }: Invocation): Promise<void> {
  try {
    const value = await handler(JSON.parse(event), {
      awsRequestId: requestId,
      functionName: setup.functionName,
      functionVersion: '$LATEST',
      invokedFunctionArn: setup.functionArn,
      memoryLimitInMB: String(setup.memoryMb),
      logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
      logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    })
    report({ kind: 'value', value: JSON.stringify(value) })
  } catch (error) {
    report({ kind: 'error', error: reported(error) })
  }
}

function reported(error: unknown): ReportedError {
  return error instanceof Error
    ? { type: error.name, message: error.message }
    : { type: 'Error', message: String(error) }
}

try {
  const handler = await loadHandler()
  parentPort?.on('message', (invocation: Invocation) => void invoke(handler, invocation))
  report({ kind: 'ready' })
} catch (error) {
  report({ kind: 'init failed', error: reported(error) })
}
