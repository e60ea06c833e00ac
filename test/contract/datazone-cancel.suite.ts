import { describe, expect, test } from 'vitest'
import type { SettingsInput } from '../../local/datazone/input/settings.ts'
import { second, t0 } from '../support/runs.ts'
import {
  answered,
  domainId,
  longTimeoutMs,
  type OpenDataZone,
  refusal,
  startInput,
} from './datazone-under-test.ts'

/** The contract of a cancel, which every DataZone keeps. */
export const cancelContract = (openDataZone: (settings?: SettingsInput) => Promise<OpenDataZone>): void => {
  describe('cancelRun', () => {
    const canceled = { outcome: 'answered', value: undefined }

    test.each([0, 5 * second])('cancels a run, which is CANCELED after %i ms', async (cancelMs) => {
      const { datazone, advanceTo } = await openDataZone({ cancelMs })
      const { runId } = answered(await datazone.startRun(startInput(), longTimeoutMs))
      expect(await datazone.cancelRun(domainId, runId)).toEqual(canceled)
      await advanceTo(t0 + 6 * second)
      expect(answered(await datazone.getRun(domainId, runId))).toMatchObject({ nativeStatus: 'CANCELED' })
    })

    test('changes nothing the second time', async () => {
      const { datazone, control } = await openDataZone({ cancelMs: 5 * second })
      const { runId } = answered(await datazone.startRun(startInput(), longTimeoutMs))
      expect(await datazone.cancelRun(domainId, runId)).toEqual(canceled)
      const before = control.runs()
      expect(await datazone.cancelRun(domainId, runId)).toEqual(canceled)
      expect(control.runs()).toEqual(before)
    })

    test.each([
      ['ConflictException', 'CONFLICT'],
      ['ValidationException', 'INVALID'],
    ] as const)('P5: is refused with %s after the run has ended', async (cancelEnded, kind) => {
      const { datazone, advanceTo } = await openDataZone({ cancelEnded })
      const { runId } = answered(await datazone.startRun(startInput(), longTimeoutMs))
      await advanceTo(t0 + 31 * second)
      expect(await datazone.cancelRun(domainId, runId)).toMatchObject(refusal(kind, true, cancelEnded))
      expect(answered(await datazone.getRun(domainId, runId))).toMatchObject({ nativeStatus: 'SUCCEEDED' })
    })

    test('is refused for an unknown run', async () => {
      const { datazone } = await openDataZone()
      expect(await datazone.cancelRun(domainId, 'run0000000001')).toMatchObject(refusal('NOT_FOUND', true))
    })

    test('reports an unknown outcome if its answer is lost', async () => {
      const { datazone, control, advanceTo } = await openDataZone()
      const { runId } = answered(await datazone.startRun(startInput(), longTimeoutMs))
      control.setFaults([{ kind: 'lostAnswer', times: 1 }])
      expect(await datazone.cancelRun(domainId, runId)).toMatchObject(refusal('UNAVAILABLE', false))
      await advanceTo(t0 + second)
      expect(answered(await datazone.getRun(domainId, runId))).toMatchObject({ nativeStatus: 'CANCELED' })
    })
  })
}
