/** What the worker of an execution environment is started with. */
export interface WorkerSetup {
  readonly bundle: string
  readonly exportName: string
  readonly functionName: string
  readonly functionArn: string
  readonly memoryMb: number
}

/** An invocation, from the host to the worker. Events cross as JSON, as they do in Lambda. */
export interface Invocation {
  readonly requestId: string
  readonly event: string
  readonly deadlineMs: number
}

/** An error as Lambda reports it. */
export interface ReportedError {
  readonly type: string
  readonly message: string
}

/** What a worker says: that it is ready (or cannot be), and how its invocation ended. */
export type WorkerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init failed'; readonly error: ReportedError }
  | { readonly kind: 'value'; readonly value: string | undefined }
  | { readonly kind: 'error'; readonly error: ReportedError }
