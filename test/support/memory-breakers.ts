import type { Breakers } from '../../lib/ports/breakers.ts'
import type { Breaker } from '../../lib/run/breaker.ts'
import { bookOfBreakers } from '../simulation/ports/breakers.ts'

/** Later than any breaker of a test was opened: the book ignores breakers that were opened in the future. */
const later = Date.UTC(9999, 0)

/** Returns breakers in memory, with these open. */
export const memoryBreakers = (...open: readonly Breaker[]): Breakers => {
  const book = bookOfBreakers(() => later)
  for (const breaker of open) book.trip(breaker)
  return {
    openBreakers: async () => book.open(),
    trip: async (breaker) => book.trip(breaker),
    replace: async (read, next) => book.change(read, next),
    close: async (breaker) => book.close(breaker),
  }
}
