/** The one source of chance of a simulation. Equal seeds give equal numbers, on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  chance(probability: number): boolean
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number
  /** One of these; throws when there is none. */
  pick<T>(items: readonly T[]): T
  /**
   * A source of its own that depends on the seed and the name alone: what one part draws never shifts what another
   * part sees, so a seed stays comparable when one part of the simulation changes.
   */
  fork(name: string): Random
}

/** Four words of state from a text (xmur3). */
const wordsOf = (text: string): (() => number) => {
  let hash = 1779033703 ^ text.length
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 3432918353)
    hash = (hash << 13) | (hash >>> 19)
  }
  return () => {
    hash = Math.imul(hash ^ (hash >>> 16), 2246822507)
    hash = Math.imul(hash ^ (hash >>> 13), 3266489909)
    hash ^= hash >>> 16
    return hash >>> 0
  }
}

/** A small fast generator (sfc32) seeded by a text or a number. */
export const seededRandom = (seed: string | number): Random => {
  const word = wordsOf(String(seed))
  let [a, b, c, count] = [word(), word(), word(), word()]

  const next = () => {
    const sum = (((a + b) | 0) + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let turn = 0; turn < 12; turn += 1) next()

  return {
    next,
    chance: (probability) => next() < probability,
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new Error('there is nothing to pick from')
      return item
    },
    fork: (name) => seededRandom(`${seed}/${name}`),
  }
}
