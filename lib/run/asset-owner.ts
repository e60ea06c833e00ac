/** A change of the project that owns an asset, as GetAsset shows it, also after it has ended. */
export interface OwnershipTransfer {
  readonly status: string
  readonly sourceProjectId?: string
  readonly targetProjectId?: string
}

/** The statuses of a transfer that is over. P8: any other status means that it may still be active. */
const overStatuses: ReadonlySet<string> = new Set([
  'SUCCEEDED',
  'COMPLETED',
  'FAILED',
  'CANCELED',
  'CANCELLED',
  'REJECTED',
])

export const isInTransfer = (transfer: OwnershipTransfer | undefined): boolean =>
  transfer !== undefined && !overStatuses.has(transfer.status.toUpperCase())

interface Owned {
  readonly owningProjectId: string
  readonly transfer?: OwnershipTransfer
}

/** How a project relates to an asset. A former owner transferred the asset to the project that owns it now. */
type Standing = 'owner' | 'next-owner' | 'former-owner' | 'other'

/** Returns how a project relates to an asset. */
export const standingOf = (projectId: string, { owningProjectId, transfer }: Owned): Standing => {
  if (projectId === owningProjectId) return 'owner'
  if (projectId === transfer?.targetProjectId && isInTransfer(transfer)) return 'next-owner'
  return projectId === transfer?.sourceProjectId && owningProjectId === transfer.targetProjectId
    ? 'former-owner'
    : 'other'
}
