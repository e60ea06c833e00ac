import { InvalidArgumentError } from 'commander'

/** Returns a parser of flags that take a whole number from `least` to `most`. */
export const wholeNumber =
  (least: number, most: number) =>
  (value: string): number => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < least || number > most)
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
    return number
  }
