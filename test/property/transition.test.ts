import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fact } from '../../lib/run/facts.ts'
import type { ClaimedRun, Run, StartSent } from '../../lib/run/run.ts'
import { meaningOfStatus } from '../../lib/run/service-status.ts'
import { transition } from '../../lib/run/transition.ts'
import type { Transition } from '../../lib/run/transition-outcome.ts'
import { anyRun, factSequences, facts } from '../support/arbitrary-runs.ts'
import { endedRun, inFlightRun, parkedRun, t0 } from '../support/runs.ts'

const apply = (run: Run, fact: Fact, atMs: number): Run => {
  const next = transition(run, fact, atMs)
  return next.outcome === 'changed' || next.outcome === 'noted' ? next.run : run
}

/** Orders and counts that no fact may change. */
const ordered = {
  policy: { retry: { attempts: 3, delayMs: 1000 } },
  onlyTypes: ['BUSINESS_DESCRIPTIONS'],
  retriesBefore: 1,
  countedIn: [{ cap: 'all', period: 'DAY#2026-11-20' }],
} as const

const identity = ({ subject, attempt, projectId, request, createdAtMs, version, ...run }: Run) => ({
  subject,
  attempt,
  projectId,
  request,
  createdAtMs,
  version,
  policy: run.policy,
  onlyTypes: run.onlyTypes,
  retriesBefore: run.retriesBefore,
  countedIn: run.countedIn,
})

/** Returns the run without the fields that any fact may add to. */
const withoutHistory = ({ history: _, alsoRequestedBy: _requests, ...rest }: Run) => {
  if (rest.state !== 'ENDED') return rest
  const { acceptedAtMs: _accepted, ...ended } = rest
  return ended
}

describe('transition, with any facts in any order', () => {
  test('P5: keeps an ending', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(endedRun(), endedRun({ announcedAtMs: t0 })),
        factSequences,
        (ended, sequence) => {
          const last = sequence.reduce<Run>((run, { fact, atMs }) => apply(run, fact, atMs), ended)
          const { announcedAtMs: _, ...kept } = ended
          expect(last).toMatchObject(withoutHistory(kept))
        },
      ),
    )
  })

  test('P5: keeps the time of an announcement', () => {
    fc.assert(
      fc.property(factSequences, (sequence) => {
        const ended = endedRun({ announcedAtMs: t0 })
        const last = sequence.reduce<Run>((run, { fact, atMs }) => apply(run, fact, atMs), ended)
        expect(withoutHistory(last)).toEqual(withoutHistory(ended))
      }),
    )
  })

  test('P1: keeps a run id', () => {
    fc.assert(
      fc.property(anyRun, factSequences, (initial, sequence) => {
        let run = initial
        for (const { fact, atMs } of sequence) {
          const next = apply(run, fact, atMs)
          if ('runId' in run && run.runId !== undefined) expect(next).toMatchObject({ runId: run.runId })
          run = next
        }
      }),
    )
  })

  test('keeps the subject, the orders and the version, and bounds the history', () => {
    fc.assert(
      fc.property(anyRun, factSequences, (one, sequence) => {
        const initial: Run = { ...one, ...ordered }
        let run = initial
        for (const { fact, atMs } of sequence) {
          run = apply(run, fact, atMs)
          expect(identity(run)).toEqual(identity(initial))
          expect(run.history.length).toBeLessThanOrEqual(20)
          for (const { what } of run.history) expect(what.length).toBeLessThanOrEqual(200)
        }
      }),
    )
  })

  test('P5: changes nothing but the history when a fact repeats, and the history only once', () => {
    fc.assert(
      fc.property(anyRun, factSequences, facts, (initial, sequence, fact) => {
        const before = sequence.reduce<Run>((run, step) => apply(run, step.fact, step.atMs), initial)
        const atMs = sequence.at(-1)?.atMs ?? t0
        const once = apply(before, fact, atMs)
        const again = transition(once, fact, atMs)
        const repeatable = fact.kind === 'REFUSED' || fact.kind === 'RELEASED' || fact.kind === 'CLAIMED'
        if (!repeatable) expect(['unchanged', 'impossible']).toContain(again.outcome)
        if (again.outcome === 'changed' && fact.kind !== 'CLAIMED') {
          expect(withoutHistory(again.run)).toEqual(withoutHistory(once))
        }
      }),
    )
  })

  test('P5: refuses a claim while a lease lasts', () => {
    fc.assert(
      fc.property(
        anyRun,
        factSequences,
        fc.integer({ min: 1, max: 120_000 }),
        (initial, sequence, leaseMs) => {
          const before = sequence.reduce<Run>((run, step) => apply(run, step.fact, step.atMs), initial)
          const atMs = sequence.at(-1)?.atMs ?? t0
          const claim: Fact = { kind: 'CLAIMED', leaseEndsAtMs: atMs + leaseMs }
          expect(transition(apply(before, claim, atMs), claim, atMs).outcome).toBe('impossible')
        },
      ),
    )
  })

  test('P8: ends a run only at the four ending statuses that DataZone documents', () => {
    const endings = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELED']
    const unrecognized = fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      'SUCCESS',
      'succeeded',
      'TIMED_OUT',
      'LOST',
      '',
    )
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), unrecognized), (nativeStatus) => {
        fc.pre(!endings.includes(nativeStatus))
        expect(meaningOfStatus('METADATA_GENERATION', nativeStatus).phase).toBe('active')
        const run = apply(inFlightRun(), { kind: 'OBSERVED', runId: 'run-1', nativeStatus }, t0)
        expect(run.state).toBe('IN_FLIGHT')
      }),
    )
    for (const ending of endings) {
      expect(meaningOfStatus('METADATA_GENERATION', ending)).toEqual({ phase: 'ended', ending })
    }
  })
})

describe('a Start of unknown outcome', () => {
  const steps = fc.array(
    fc.record({
      laterMs: fc.integer({ min: 0, max: 90_000 }),
      fact: fc.constantFrom('claim', 'release', 'definite refusal', 'indefinite refusal'),
    }),
    { maxLength: 30 },
  )

  const factOf = (name: string, nowMs: number): Fact => {
    if (name === 'claim') return { kind: 'CLAIMED', leaseEndsAtMs: nowMs + 60_000 }
    if (name === 'release') return { kind: 'RELEASED', holdUntilMs: nowMs + 900_000 }
    return {
      kind: 'REFUSED',
      reason: 'UNAVAILABLE',
      retryAtMs: nowMs,
      definite: name === 'definite refusal',
    }
  }

  /** Returns the Start that a lease leaves open when `fact` ends the lease. */
  const leftOpen = (lease: ClaimedRun, fact: Fact, nowMs: number): StartSent[] => {
    if (fact.kind !== 'REFUSED') return [lease.startSent]
    return fact.definite ? [] : [{ firstAtMs: lease.startSent.firstAtMs, lastAtMs: nowMs }]
  }

  test('P1: stays open until a definite refusal, merged with other open Starts from first to last', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        let run: Run = parkedRun()
        let nowMs = t0
        const open: StartSent[] = []
        for (const { laterMs, fact: name } of sequence) {
          nowMs += laterMs
          const fact = factOf(name, nowMs)
          const next: Transition = transition(run, fact, nowMs)
          if (next.outcome !== 'changed') continue
          if (run.state === 'CLAIMED') open.push(...leftOpen(run, fact, nowMs))
          run = next.run
          const expected =
            open.length === 0
              ? undefined
              : {
                  firstAtMs: Math.min(...open.map((sent) => sent.firstAtMs)),
                  lastAtMs: Math.max(...open.map((sent) => sent.lastAtMs)),
                }
          expect('earlierStart' in run ? run.earlierStart : undefined).toEqual(expected)
        }
      }),
    )
  })
})
