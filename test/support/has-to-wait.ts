import { runsAhead } from '../../lib/run/start-safety.ts'

/** Returns whether an attempt must wait for another run of its asset or data source. */
export const hasToWait = (...[attempt, others]: Parameters<typeof runsAhead>): boolean =>
  runsAhead(attempt, others).length > 0
