import { describe, expect, test } from 'vitest'
import { slotGate } from '../../../../lib/usecases/start/slot-gate.ts'

const gate = (
  places: number,
  reserve = async (count: number) =>
    Array.from({ length: count }, (_, n) => ({ atMs: n + 100, rateCuts: 0 })),
) => {
  const asked: number[] = []
  const next = slotGate(places, (count) => {
    asked.push(count)
    return reserve(count)
  })
  return { asked, places: Array.from({ length: places }, next) }
}

describe('slotGate', () => {
  test('P7: makes one reservation for the places that asked, in their order', async () => {
    const { asked, places } = gate(4)
    const [a, b, c, d] = places
    const slots = [b?.slot(), d?.slot()]
    a?.leave()
    expect(asked).toEqual([])
    c?.leave()
    expect(asked).toEqual([2])
    expect(await Promise.all(slots)).toMatchObject([{ atMs: 100 }, { atMs: 101 }])
  })

  test('reserves nothing for a batch that asks for no slot', () => {
    const { asked, places } = gate(3)
    for (const place of places) place.leave()
    expect(asked).toEqual([])
  })

  test('counts a place once, even when it leaves after it asked, or leaves twice', async () => {
    const { asked, places } = gate(2)
    const [a, b] = places
    const slot = a?.slot()
    a?.leave()
    a?.leave()
    expect(asked).toEqual([])
    b?.leave()
    b?.leave()
    expect(await slot).toMatchObject({ atMs: 100 })
    expect(asked).toEqual([1])
  })

  test('rejects every waiting place when the reservation fails', async () => {
    const { places } = gate(2, async () => Promise.reject(new Error('the pace is down')))
    const slots = await Promise.allSettled(places.map((place) => place.slot()))
    expect(slots).toMatchObject([
      { status: 'rejected', reason: { message: 'the pace is down' } },
      { status: 'rejected', reason: { message: 'the pace is down' } },
    ])
  })

  test('fails only the places without a slot when there are too few', async () => {
    const { places } = gate(2, async () => [{ atMs: 7, rateCuts: 0 }])
    const slots = await Promise.allSettled(places.map((place) => place.slot()))
    expect(slots.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  test('lets a place ask once, and not after it left', async () => {
    const { places } = gate(2)
    const [a, b] = places
    b?.leave()
    await a?.slot()
    expect(() => a?.slot()).toThrow('one slot only')
    expect(() => b?.slot()).toThrow('one slot only')
  })
})
