import { RunEventDetail } from '../../lib/contracts/run-event.ts'
import { columns, elapsed } from '../console/columns.ts'
import { eventLine } from '../console/event-line.ts'
import { requestLine } from '../console/request-line.ts'
import type { PublishedMessage } from '../sns/published.ts'
import type { Stack } from '../stack.ts'

/** Returns functions that print each event of the run bus, the outcome of each request, and each notification. */
export function activityPrinter(print: (line: string) => void) {
  const beganMs = performance.now()
  return {
    /** Prints a log line of the stack, or of the starter about a request. */
    log: (line: string, source: string) => {
      const time = elapsed(beganMs)
      const text = source === 'stack' ? `${time} ${line}` : requestLine(time, line)
      if (text !== undefined) print(text)
    },
    /** Prints the subject of a notification. The SQS server answers its text at GET /_local/notifications. */
    notification: ({ subject = '' }: PublishedMessage) =>
      print(columns(elapsed(beganMs), [], `e-mail: ${subject}`)),
    /** Prints the events of the run bus from now on. Returns a function that stops it. */
    follow: (stack: Stack) =>
      stack.onEvent(({ bus, event }) => {
        if (bus !== stack.busNames['RunEventBus']) return
        const detail = RunEventDetail.safeParse(event.detail)
        if (detail.success) print(eventLine(elapsed(beganMs), event['detail-type'], detail.data))
      }),
  }
}
