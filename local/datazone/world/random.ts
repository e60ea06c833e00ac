import { hash } from 'node:crypto'

/** The seed of every draw: equal seeds and equal calls give equal answers. */
export type Seed = number | string

const digest = (seed: Seed, key: readonly unknown[]): Buffer =>
  hash('sha256', JSON.stringify([seed, ...key]), 'buffer')

/**
 * Returns a number in [0, 1) that depends only on the seed and the key. There is no generator with a state, so a draw
 * never depends on earlier draws.
 */
export const draw = (seed: Seed, ...key: readonly unknown[]): number =>
  digest(seed, key).readUIntBE(0, 6) / 2 ** 48

/** Returns whether a draw is below a share. A share of 0 or 1, as most settings are, needs no draw. */
export const isHit = (share: number, seed: Seed, ...key: readonly unknown[]): boolean =>
  share >= 1 || (share > 0 && draw(seed, ...key) < share)

/** Returns an id drawn from the seed, in the form of DataZone's: 14 lowercase letters and digits. */
export const drawId = (seed: Seed, ...key: readonly unknown[]): string =>
  BigInt(`0x${digest(seed, key).toString('hex')}`)
    .toString(36)
    .padStart(14, '0')
    .slice(-14)

/** Returns an id drawn from the seed, in the form of a UUID, as events have. */
export const drawUuid = (seed: Seed, ...key: readonly unknown[]): string =>
  digest(seed, ['uuid', ...key])
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

/** Returns a seal of 16 hexadecimal digits, which depends on the seed and the key. */
export const seal = (seed: Seed, ...key: readonly unknown[]): string =>
  digest(seed, ['seal', ...key])
    .toString('hex')
    .slice(0, 16)

/** Draws from the lognormal distribution with this median and sigma. A sigma of 0 always returns the median. */
export const drawLognormal = (
  median: number,
  sigma: number,
  seed: Seed,
  ...key: readonly unknown[]
): number => {
  const radius = Math.sqrt(-2 * Math.log(1 - draw(seed, ...key, 'radius')))
  const normal = radius * Math.cos(2 * Math.PI * draw(seed, ...key, 'angle'))
  return median * Math.exp(sigma * normal)
}
