import { z } from 'zod'

/** An object with these fields and no other: a field that it does not have is refused by telling those that it has. */
export const strictObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `is not known; there are ${Object.keys(shape).join(', ')}` : undefined,
  })
