import type { Breakers } from '../../lib/ports/breakers.ts'
import type { Breaker } from '../../lib/run/breaker.ts'
import { bookOfBreakers } from '../simulation/ports/breakers.ts'

/** Past every breaker, so that none is ignored as opened far ahead. */
const later = Date.UTC(9999, 0)

/** Breakers in memory, some of them open. */
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
