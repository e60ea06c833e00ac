/**
 * Returns the value at a path such as `$.detail.items[0].name`, or undefined. Throws Error for a path that is not
 * supported.
 */
export function readJsonPath(value: unknown, path: string): unknown {
  if (!/^\$(\.[\w/-]+|\[\d+\])*$/.test(path))
    throw new Error(
      `${path} is not a JSON path that the local stack supports: use a path such as $.detail.items[0].name`,
    )
  const steps = path.match(/[\w/-]+/g) ?? []
  return steps.reduce<unknown>((current, step) => (isContainer(current) ? current[step] : undefined), value)
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
