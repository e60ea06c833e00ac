import { RunEventDetail } from '../../lib/contracts/run-event.ts'
import { columns, elapsed } from '../console/columns.ts'
import { eventLine } from '../console/event-line.ts'
import { requestLine } from '../console/request-line.ts'
import type { PublishedMessage } from '../sns/published.ts'
import type { Stack } from '../stack.ts'

/** Prints each event of the run bus and the outcome of each request as they happen. Returns the log line receiver. */
export function activityPrinter(print: (line: string) => void) {
  const beganMs = performance.now()
  return {
    /** Takes a log line of a function or of the stack itself. */
    log: (line: string, source: string) => {
      const time = elapsed(beganMs)
      const text = source === 'stack' ? `${time} ${line}` : requestLine(time, line)
      if (text !== undefined) print(text)
    },
    /** Takes a message that people would get. The whole message is at GET /_local/notifications of SNS. */
    notification: ({ subject = '' }: PublishedMessage) =>
      print(columns(elapsed(beganMs), [], `e-mail: ${subject}`)),
    /** Follows the run bus of a stack. Returns a function that stops it. */
    follow: (stack: Stack) =>
      stack.onEvent(({ bus, event }) => {
        if (bus !== stack.busNames['RunEventBus']) return
        const detail = RunEventDetail.safeParse(event.detail)
        if (detail.success) print(eventLine(elapsed(beganMs), event['detail-type'], detail.data))
      }),
  }
}
