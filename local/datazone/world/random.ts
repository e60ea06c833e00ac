import { hash } from 'node:crypto'

/** Equal seeds and equal calls give equal answers. */
export type Seed = number | string

const digest = (seed: Seed, key: readonly unknown[]): Buffer =>
  hash('sha256', JSON.stringify([seed, ...key]), 'buffer')

/**
 * A number in [0, 1) that depends on the seed and the key alone. There is no generator with a state, so what one run
 * draws never depends on the calls before it.
 */
export const draw = (seed: Seed, ...key: readonly unknown[]): number =>
  digest(seed, key).readUIntBE(0, 6) / 2 ** 48

/** Whether a draw is below a share. Most shares of settings are 0 or 1, which need no draw. */
export const isHit = (share: number, seed: Seed, ...key: readonly unknown[]): boolean =>
  share >= 1 || (share > 0 && draw(seed, ...key) < share)

/** A seeded identifier as DataZone prints them: 14 lowercase letters and digits. */
export const drawId = (seed: Seed, ...key: readonly unknown[]): string =>
  BigInt(`0x${digest(seed, key).toString('hex')}`)
    .toString(36)
    .padStart(14, '0')
    .slice(-14)

/** A seeded identifier in the form of a UUID, as events carry it. */
export const drawUuid = (seed: Seed, ...key: readonly unknown[]): string =>
  digest(seed, ['uuid', ...key])
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

/** A seal of 16 hexadecimal digits, which depends on the seed: other seeds break it. */
export const seal = (seed: Seed, ...key: readonly unknown[]): string =>
  digest(seed, ['seal', ...key])
    .toString('hex')
    .slice(0, 16)

/** A seeded draw from the lognormal distribution with this median; a sigma of 0 always gives the median. */
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
