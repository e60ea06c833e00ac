import type { StartContext } from './start-context.ts'

/** The shortest time in which a Start can be answered, in ms. With less left, it is not sent. */
const minTimeToStartMs = 1500

/** The latest slot that an invocation which must return by `deadlineMs` can use. */
export const latestSlotMs = (deadlineMs: number): number => deadlineMs - minTimeToStartMs

type SlotWait =
  | { readonly comes: 'now' }
  /** Too late for this invocation; `atMs` is when the slot would have come. */
  | { readonly comes: 'too-late'; readonly atMs: number }

/**
 * Waits for a Start slot. P7: when DataZone throttled a Start meanwhile, the slot was handed out at a rate that was too
 * high and is void, so another is reserved. That costs one small read a Start; without it the starters would send
 * seconds' worth of slots into a limit that is known to be lower.
 * @throws PortUnavailable when the table does not answer: no Start is sent that could not be recorded
 */
export const awaitSlot = async (context: StartContext): Promise<SlotWait> => {
  const { clock, pace, place } = context
  const latestMs = latestSlotMs(context.deadlineMs)
  let slot = await place.slot()
  for (;;) {
    if (slot.atMs > latestMs) return { comes: 'too-late', atMs: slot.atMs }
    await clock.sleepUntil(slot.atMs)
    const rateCuts = await pace.rateCuts()
    const nowMs = clock.now()
    // The read itself may have been slow.
    if (nowMs > latestMs) return { comes: 'too-late', atMs: nowMs }
    if (slot.rateCuts >= rateCuts) return { comes: 'now' }
    const [next] = await pace.reserve(1, nowMs, latestMs)
    if (next === undefined) throw new Error('the pace handed out no slot')
    slot = next
  }
}
