import { z } from 'zod'

/** An object with these fields and no others. Another field is refused with the names of those that there are. */
export const strictObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `is not known; the fields are ${Object.keys(shape).join(', ')}`
        : undefined,
  })
