import type { StartContext } from './start-context.ts'

/** A Start that could not be answered in this time is not worth beginning, in ms. */
const minTimeToStartMs = 1500

/** The latest turn that is of any use to an invocation that must have answered by `deadlineMs`. */
export const latestSlotMs = (deadlineMs: number): number => deadlineMs - minTimeToStartMs

type Turn =
  | { readonly comes: 'now' }
  /** Too late for this invocation; `atMs` is when it would have come. */
  | { readonly comes: 'too-late'; readonly atMs: number }

/**
 * Waits for a slot, until it may be used. P7: when DataZone throttled somebody meanwhile, the slot is of a rate that
 * was too high, and void; then another is waited for. One small read a Start: without it all that starters hold at that
 * moment, some seconds' worth, would be sent into a limit that is known to be lower.
 * @throws PortUnavailable when the table cannot answer: nothing is sent that could not be recorded
 */
export const awaitSlot = async (context: StartContext): Promise<Turn> => {
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
