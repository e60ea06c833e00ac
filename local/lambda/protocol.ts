/** The `workerData` of an execution environment. */
export interface WorkerSetup {
  readonly bundle: string
  readonly exportName: string
  readonly functionName: string
  readonly functionArn: string
  readonly memoryMb: number
}

/** A message from the host to the worker: an invocation, whose event is JSON text, as in Lambda. */
export interface Invocation {
  readonly requestId: string
  readonly event: string
  readonly deadlineMs: number
}

/** An error in the form in which Lambda reports it. */
export interface ReportedError {
  readonly type: string
  readonly message: string
}

/** A message from the worker to the host: whether the function loaded, or how its invocation ended. */
export type WorkerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init failed'; readonly error: ReportedError }
  | { readonly kind: 'value'; readonly value: string | undefined }
  | { readonly kind: 'error'; readonly error: ReportedError }
