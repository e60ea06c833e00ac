import { describe, expect, test } from 'vitest'
import { breakerGates } from '../../../../lib/usecases/start/breaker-gate.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryBreakers } from '../../../support/memory-breakers.ts'
import { denied, deniedCause, pauses, probeDue, quotaFull } from '../../../support/open-breakers.ts'
import { minute, parkedRun, second, t0 } from '../../../support/runs.ts'

const request = parkedRun()

describe('the gate of a message that shares breakers', () => {
  test('P7: leaves a probe to the message of another execution environment that won it', async () => {
    const clock = manualClock()
    const breakers = memoryBreakers(probeDue(denied))
    const [winner, loser] = [1, 2].map(() => breakerGates(breakers, clock, pauses)())
    if (winner === undefined || loser === undefined) throw new Error('expected two gates')
    // The loser reads the breakers before the winner takes the probe.
    expect(await loser.blockedBy('Start', { ...request, projectId: 'project-2' })).toBeUndefined()
    expect(await winner.blockedBy('Start', request)).toBeUndefined()
    expect(await loser.blockedBy('Start', request)).toEqual(probeDue(denied))
    await loser.leave()
    expect(await breakers.openBreakers()).toMatchObject([{ probes: 1, nextProbeAtMs: t0 + 2 * minute }])
  })

  test('keeps a breaker as its first refusal opened it', async () => {
    const clock = manualClock()
    const gates = breakerGates(memoryBreakers(), clock, pauses)
    await gates().refused('Start', deniedCause)
    clock.advance(second)
    await gates().refused('Start', deniedCause)
    expect(await gates().blockedBy('Start', request)).toEqual(denied)
  })

  test('opens a breaker beside one for another cause', async () => {
    const breakers = memoryBreakers(denied)
    await breakerGates(breakers, manualClock(), pauses)().refused('Start', quotaFull.cause)
    expect(await breakers.openBreakers()).toEqual([denied, quotaFull])
  })

  test('reads the breakers once in two seconds, and again for the last check before a Start', async () => {
    const clock = manualClock()
    const breakers = memoryBreakers()
    const { openBreakers } = breakers
    let reads = 0
    breakers.openBreakers = () => {
      reads += 1
      return openBreakers()
    }
    const gates = breakerGates(breakers, clock, pauses)
    const readsAfter = async (ms: number, isLastCheck?: true) => {
      clock.advance(ms)
      await gates().blockedBy('Start', request, isLastCheck)
      return reads
    }
    expect(await readsAfter(0)).toBe(1)
    expect(await readsAfter(2 * second - 1)).toBe(1)
    expect(await readsAfter(1)).toBe(2)
    expect(await readsAfter(199, true)).toBe(2)
    expect(await readsAfter(1, true)).toBe(3)
  })
})
