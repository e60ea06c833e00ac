import type { Refusal } from '../../ports/datazone.ts'
import { errorText } from '../../run/error-text.ts'
import type { RunError } from '../../run/run.ts'

/** Returns what a record keeps of a refusal: the service's error name, and its message cut to size. */
export const refusalError = (refusal: Refusal): RunError => ({
  name: refusal.name,
  message: errorText(refusal.message),
})

/** P9: the request has waited longer than it may, and its last try was refused, too. */
export const waitedTooLong = (refused?: RunError): RunError => ({
  name: 'WaitedTooLong',
  message: errorText(
    `the request waited longer than the limit without a Start; fix the cause, then send it again${
      refused === undefined ? '' : `; the last try: ${refused.name}: ${refused.message}`
    }`,
  ),
})
