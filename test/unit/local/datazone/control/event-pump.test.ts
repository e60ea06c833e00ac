import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sampleDomainId } from '../../../../../local/catalogue/catalogue.ts'
import { pumpEvents } from '../../../../../local/datazone/control/event-pump.ts'
import { dateDim, storeSales, testWorld } from '../test-world.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('pumpEvents', () => {
  test('delivers events one at a time, and takes none after it stops', async () => {
    const { control } = testWorld({ eventDelayMs: 0 })
    const handed: unknown[] = []
    let release = () => {}
    const pump = pumpEvents(control, (event) => {
      handed.push(event.detail.data['assetId'])
      return new Promise<void>((resolve) => {
        release = resolve
      })
    })
    control.publishAsset({ domainId: sampleDomainId, assetId: storeSales })
    await vi.advanceTimersByTimeAsync(50)
    control.publishAsset({ domainId: sampleDomainId, assetId: dateDim })
    await vi.advanceTimersByTimeAsync(1000)
    expect(handed).toEqual([storeSales])
    release()
    await vi.advanceTimersByTimeAsync(50)
    expect(handed).toEqual([storeSales, dateDim])
    const stopped = pump.stop()
    release()
    await stopped
    control.publishAsset({ domainId: sampleDomainId, assetId: dateDim })
    await vi.advanceTimersByTimeAsync(1000)
    expect(handed).toHaveLength(2)
    expect(control.takeEvents()).toHaveLength(1)
  })
})
