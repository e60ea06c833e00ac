/** A select with its label. */
export const Choice = (props: {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [string, string])[]
  readonly onChange: (value: string) => void
}) => (
  <label class="field">
    <span>{props.label}</span>
    <select value={props.value} onChange={({ currentTarget }) => props.onChange(currentTarget.value)}>
      {props.options.map(([value, text]) => (
        <option value={value} key={value}>
          {text}
        </option>
      ))}
    </select>
  </label>
)
