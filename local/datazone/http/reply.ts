import type { Transport } from '../calls/answer.ts'

/** What an HTTP request is answered with; the body is sent as JSON. */
export type Reply = Readonly<{
  status: number
  headers?: Readonly<Record<string, string>>
  body: unknown
  /** The connection is broken instead. */
  lost?: boolean
  delayMs?: number
  /** Sent instead. */
  transport?: Transport | undefined
}>

/** An HTTP request: its path as it was sent, its query, its body parsed, and the access key that signed it. */
export type JsonRequest = Readonly<{
  method: string
  path: string
  query: URLSearchParams
  body: unknown
  accessKeyId?: string | undefined
}>

/** An error as restJson1 carries it: its name in a header, its message in the body. */
export const errorReply = (status: number, name: string, message: string): Reply => ({
  status,
  headers: { 'x-amzn-errortype': name },
  body: { message },
})
