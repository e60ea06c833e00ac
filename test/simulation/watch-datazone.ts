import type { DataZone } from '../../local/datazone/datazone.ts'

const typesAsked = (input: unknown): readonly unknown[] =>
  typeof input === 'object' && input !== null && 'types' in input && Array.isArray(input.types)
    ? input.types
    : []

/** Called for the answers of DataZone that the checker needs to know. */
export interface Watch {
  /** A Start found the day of its data source full. */
  readonly fullDay: () => void
  /** A Start met another active run of its data source. */
  readonly sourceActive: () => void
  /** A Start or GetAsset was refused; `about` is the same for the same call. */
  readonly refused: (call: {
    readonly error: string
    readonly types: readonly unknown[]
    readonly about: string
  }) => void
}

/** Returns DataZone with a watch on its answers. */
export const watchDataZone = (datazone: DataZone, watch: Watch): DataZone => ({
  ...datazone,
  call: (operation, input) => {
    const answer = datazone.call(operation, input)
    if (answer.outcome !== 'error') return answer
    const { name, message } = answer.error
    if (/^The quota of .* of data source /.test(message)) watch.fullDay()
    if (/ of data source \S+ is /.test(message)) watch.sourceActive()
    if (/^(Start|GetAsset$)/.test(operation))
      watch.refused({ error: name, types: typesAsked(input), about: JSON.stringify([operation, input]) })
    return answer
  },
})
