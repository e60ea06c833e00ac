/** Whether a data source can be run now, later without a change by its owner, or not before its owner fixes it. */
type Readiness = 'ready' | 'changing' | 'broken'

/**
 * Returns what the status of a data source means for a refused Start. P8: an unknown status says nothing, so the refusal
 * itself decides, as it does for READY and RUNNING.
 */
export const readinessOf = (status: string): Readiness => {
  if (status === 'CREATING' || status === 'UPDATING') return 'changing'
  return status === 'DELETING' || status === 'FAILED' || status.startsWith('FAILED_') ? 'broken' : 'ready'
}
