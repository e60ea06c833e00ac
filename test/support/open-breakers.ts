import { type Breaker, openBreaker } from '../../lib/run/breaker.ts'
import { runRequest } from './messages.ts'
import { minute, t0 } from './runs.ts'

export const pauses = { firstMs: minute, maxMs: 15 * minute, leaseMs: minute, quotaProbeMs: 240 * minute }

export const deniedCause = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' } as const

export const denied = openBreaker(deniedCause, 'Start', t0, pauses)

export const quotaFull = openBreaker(
  { reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_DESCRIPTIONS'] },
  'Start',
  t0,
  pauses,
)

/** Returns the breaker with its probe due now. */
export const probeDue = (breaker: Breaker): Breaker => ({ ...breaker, nextProbeAtMs: t0 })

export const requestForAsset = (id: string) => runRequest({ requestId: id, asset: { id, revision: '4' } })
