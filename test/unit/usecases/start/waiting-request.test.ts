import { describe, expect, test } from 'vitest'
import {
  isWaitingRequest,
  parkRequest,
  rejectRequest,
  waitingRequest,
  withPolicySettings,
} from '../../../../lib/usecases/start/waiting-request.ts'
import { minute, origin, parkedRun, sourceSubject, subject, t0 } from '../../../support/runs.ts'
import { startContext } from '../../../support/start-context.ts'

const { revision: _, ...unresolved } = subject
const request = {
  kind: 'METADATA_GENERATION',
  requestKey: 'request:nightly-1',
  lane: 'live',
  regenerate: false,
  domainId: subject.domainId,
  assetId: subject.assetId,
} as const
const error = { name: 'NotFound', message: 'no such asset' }

describe('waitingRequest', () => {
  test('takes the time of the message when the request names none', () => {
    const waiting = waitingRequest(request, unresolved, startContext())
    expect(waiting).toMatchObject({ state: 'PARKED', version: 0, request: { requestedAtMs: t0 } })
    expect(isWaitingRequest(waiting)).toBe(true)
  })

  test('trusts no time later than the time of the message', () => {
    const early = waitingRequest({ ...request, requestedAtMs: t0 - minute }, unresolved, startContext())
    expect(early.request.requestedAtMs).toBe(t0 - minute)
    const late = waitingRequest({ ...request, requestedAtMs: t0 + minute }, unresolved, startContext())
    expect(late.request.requestedAtMs).toBe(t0)
  })

  test('leaves the types to the policy only when a request about an asset names none', () => {
    const context = startContext()
    expect(waitingRequest(request, unresolved, context).request.policyTypes).toEqual([])
    const named = waitingRequest({ ...request, types: ['BUSINESS_NAMES'] }, unresolved, context)
    expect(named.request).not.toHaveProperty('policyTypes')
    const { requestKey, lane, regenerate } = request
    const ofSource = { requestKey, lane, regenerate, projectId: 'project-1', ...sourceSubject }
    expect(waitingRequest(ofSource, sourceSubject, context).request).not.toHaveProperty('policyTypes')
  })
})

describe('withPolicySettings', () => {
  const waiting = { ...parkedRun(), subject: unresolved }

  test('keeps the types that the request names', () => {
    const orders = { kind: 'run', types: ['BUSINESS_NAMES'], policy: {} } as const
    expect(withPolicySettings(waiting, orders, startContext()).subject.types).toEqual([
      'BUSINESS_DESCRIPTIONS',
    ])
  })

  test('fills in the types of the policy, or else the default types', () => {
    const open = { ...waiting, request: { ...origin, policyTypes: [] } }
    const named = { kind: 'run', types: ['BUSINESS_NAMES'], policy: {} } as const
    expect(withPolicySettings(open, named, startContext()).subject.types).toEqual(['BUSINESS_NAMES'])
    const unnamed = withPolicySettings(open, { kind: 'run', policy: {} }, startContext())
    expect(unnamed.subject.types).toEqual(['BUSINESS_DESCRIPTIONS'])
  })

  test('freezes the version of the policy, unless an earlier version decided', () => {
    const context = startContext({ settings: { policyVersion: 3 } })
    const decided = { kind: 'run', policy: { rule: 1 } } as const
    expect(withPolicySettings(waiting, decided, context).policy).toEqual({ version: 3, rule: 1 })
    const frozen = { kind: 'run', policy: { version: 2, rule: 0 } } as const
    expect(withPolicySettings(waiting, frozen, context).policy).toEqual({ version: 2, rule: 0 })
  })
})

describe('a request that cannot be resolved', () => {
  const why = { reason: 'NOT_FOUND', retryAtMs: t0 + minute, error } as const
  const waiting = waitingRequest(request, unresolved, startContext())

  test('parks under its key, once', async () => {
    const context = startContext()
    expect(await parkRequest(waiting, why, context)).toMatchObject({ outcome: 'parked' })
    expect(await parkRequest(waiting, why, context)).toMatchObject({ outcome: 'duplicate' })
    expect(context.store.all()).toHaveLength(1)
  })

  test('P2: ends as REJECTED with an event, once', async () => {
    const context = startContext()
    expect(await rejectRequest(waiting, error, context)).toMatchObject({
      outcome: 'rejected',
      reasons: ['no such asset'],
    })
    expect(await rejectRequest(waiting, error, context)).toMatchObject({ outcome: 'duplicate' })
    expect(context.bus.events).toHaveLength(1)
  })
})
