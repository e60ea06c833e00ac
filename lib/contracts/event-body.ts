/** Readers for bodies and payloads of unknown shape. Neither throws, whatever it is given. */

/** The value of a JSON body; undefined when the body is not JSON. */
export const jsonOf = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** A field of a value that may not be an object. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
