/** The only source of randomness in a simulation. Equal seeds give equal numbers, on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  chance(probability: number): boolean
  /** Returns a whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number
  /** Returns one of the items. Throws if there is none. */
  pick<T>(items: readonly T[]): T
  /**
   * Returns a source that depends only on the seed and the name: the draws of one part never shift those of another, so a
   * seed stays comparable when one part of the simulation changes. A new name changes every world.
   */
  fork(name: string): Random
}

/** Returns a function that derives words of state from a text (xmur3). */
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

/** Creates a small, fast generator (sfc32) from a text or a number. */
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
