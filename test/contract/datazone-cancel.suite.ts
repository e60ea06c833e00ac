import { describe, expect, test } from 'vitest'
import type { SettingsInput } from '../../local/datazone/input/settings.ts'
import { second, t0 } from '../support/runs.ts'
import { answered, domainId, longMs, type OpenDataZone, refusal, startInput } from './datazone-under-test.ts'

/** What every DataZone does with a cancel. */
export const cancelContract = (opened: (settings?: SettingsInput) => Promise<OpenDataZone>): void => {
  describe('canceling a run', () => {
    const canceled = { outcome: 'answered', value: undefined }

    test.each([0, 5 * second])('is taken, and the run is CANCELED after %i ms', async (cancelMs) => {
      const { datazone, passTo } = await opened({ cancelMs })
      const { runId } = answered(await datazone.startRun(startInput(), longMs))
      expect(await datazone.cancelRun(domainId, runId)).toEqual(canceled)
      await passTo(t0 + 6 * second)
      expect(answered(await datazone.getRun(domainId, runId))).toMatchObject({ nativeStatus: 'CANCELED' })
    })

    test('changes nothing the second time', async () => {
      const { datazone, control } = await opened({ cancelMs: 5 * second })
      const { runId } = answered(await datazone.startRun(startInput(), longMs))
      expect(await datazone.cancelRun(domainId, runId)).toEqual(canceled)
      const before = control.runs()
      expect(await datazone.cancelRun(domainId, runId)).toEqual(canceled)
      expect(control.runs()).toEqual(before)
    })

    test.each([
      ['ConflictException', 'CONFLICT'],
      ['ValidationException', 'INVALID'],
    ] as const)('P5: is refused with %s when it comes too late', async (cancelEnded, kind) => {
      const { datazone, passTo } = await opened({ cancelEnded })
      const { runId } = answered(await datazone.startRun(startInput(), longMs))
      await passTo(t0 + 31 * second)
      expect(await datazone.cancelRun(domainId, runId)).toMatchObject(refusal(kind, true, cancelEnded))
      expect(answered(await datazone.getRun(domainId, runId))).toMatchObject({ nativeStatus: 'SUCCEEDED' })
    })

    test('is refused when there is no such run', async () => {
      const { datazone } = await opened()
      expect(await datazone.cancelRun(domainId, 'run0000000001')).toMatchObject(refusal('NOT_FOUND', true))
    })

    test('reports an unknown outcome when its answer does not come', async () => {
      const { datazone, control, passTo } = await opened()
      const { runId } = answered(await datazone.startRun(startInput(), longMs))
      control.setFaults([{ kind: 'lostAnswer', times: 1 }])
      expect(await datazone.cancelRun(domainId, runId)).toMatchObject(refusal('UNAVAILABLE', false))
      await passTo(t0 + second)
      expect(answered(await datazone.getRun(domainId, runId))).toMatchObject({ nativeStatus: 'CANCELED' })
    })
  })
}
