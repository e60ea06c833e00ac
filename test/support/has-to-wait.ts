import { runsAhead } from '../../lib/run/start-safety.ts'

/** Whether an attempt has to wait for another run of its asset or data source. */
export const hasToWait = (...[attempt, others]: Parameters<typeof runsAhead>): boolean =>
  runsAhead(attempt, others).length > 0
