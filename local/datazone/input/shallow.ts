import { z } from 'zod'

/** How many levels deep a JSON value may be nested. */
const maxDepth = 64

const isDeeperThan = (value: unknown, depth: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (depth === 0 || Object.values(value).some((part) => isDeeperThan(part, depth - 1)))

/** Returns a schema that refuses a value that is nested too deep, before the given schema recurses through it. */
export const shallow = <Output, Input>(schema: z.ZodType<Output, Input>) =>
  z
    .custom<Input>((value) => !isDeeperThan(value, maxDepth), {
      error: `is nested deeper than ${maxDepth} levels: make it flatter`,
      abort: true,
    })
    .pipe(schema)
