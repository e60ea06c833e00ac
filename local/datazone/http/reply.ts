import type { Transport } from '../calls/answer.ts'

/** The answer to an HTTP request; its body is sent as JSON. */
export type Reply = Readonly<{
  status: number
  headers?: Readonly<Record<string, string>>
  body: unknown
  /** The connection is closed without an answer. */
  lost?: boolean
  delayMs?: number
  /** What is sent instead of status, headers and body. */
  transport?: Transport | undefined
}>

/** An HTTP request: its path as it was sent, its query, its parsed body, and the access key that signed it. */
export type JsonRequest = Readonly<{
  method: string
  path: string
  query: URLSearchParams
  body: unknown
  accessKeyId?: string | undefined
}>

/** Returns an error in the form of restJson1: its name in a header, its message in the body. */
export const errorReply = (status: number, name: string, message: string): Reply => ({
  status,
  headers: { 'x-amzn-errortype': name },
  body: { message },
})
