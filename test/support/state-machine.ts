import jsonata from 'jsonata'
import * as z from 'zod/mini'

const State = z.discriminatedUnion('Type', [
  z.object({
    Type: z.literal('Task'),
    Resource: z.string(),
    Arguments: z.unknown(),
    Output: z.unknown(),
    Next: z.string(),
  }),
  z.object({ Type: z.literal('Wait'), Next: z.string() }),
  z.object({
    Type: z.literal('Choice'),
    Choices: z.array(z.object({ Condition: z.string(), Next: z.string() })),
    Default: z.string(),
  }),
  z.object({ Type: z.literal('Succeed'), Output: z.unknown() }),
])
const Machine = z.object({ StartAt: z.string(), States: z.record(z.string(), State) })

/** Replaces each `{% expression %}` in a value by its result in JSONata. */
const evaluated = async (value: unknown, states: object): Promise<unknown> => {
  if (typeof value === 'string') {
    const [, expression] = /^\{%(.*)%\}$/s.exec(value) ?? []
    return expression === undefined ? value : jsonata(expression).evaluate({}, { states })
  }
  if (Array.isArray(value)) return Promise.all(value.map((one) => evaluated(one, states)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(
    async ([key, one]) => [key, await evaluated(one, states)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

/**
 * Executes a state machine of Step Functions whose query language is JSONata, and returns its output. Supports the
 * states Task, Wait, Choice and Succeed, as far as this repository's examples use them.
 * @param call makes the call of a Task and returns its result
 * @param wait passes the time of a Wait
 */
export const execute = async (
  definition: unknown,
  input: unknown,
  call: (resource: string, args: unknown) => Promise<unknown>,
  wait: () => Promise<void>,
): Promise<unknown> => {
  const { StartAt, States } = z.parse(Machine, definition)
  let [name, data]: [string, unknown] = [StartAt, input]
  for (;;) {
    const state = States[name]
    if (state === undefined) throw new Error(`the state machine has no state ${name}`)
    switch (state.Type) {
      case 'Task': {
        const args = await evaluated(state.Arguments, { input: data })
        const result = await call(state.Resource, args)
        data = await evaluated(state.Output, { input: data, result })
        name = state.Next
        break
      }
      case 'Wait':
        await wait()
        name = state.Next
        break
      case 'Choice': {
        const current = data
        const met = await Promise.all(
          state.Choices.map(({ Condition }) => evaluated(Condition, { input: current })),
        )
        name = state.Choices[met.indexOf(true)]?.Next ?? state.Default
        break
      }
      case 'Succeed':
        return evaluated(state.Output, { input: data })
      default:
        state satisfies never
    }
  }
}
