import { z } from 'zod'

/** Returns a schema of an object with these fields only. The message about any other field lists them. */
export const strictObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `unknown field; the fields are ${Object.keys(shape).join(', ')}`
        : undefined,
  })
