/** Readers for bodies and payloads of unknown shape. Neither throws. */

/** Returns the value of a JSON body, or undefined when the body is not JSON. */
export const jsonOf = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Returns a field of a value, or undefined when the value is not an object or lacks the field. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
