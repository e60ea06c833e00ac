import type { FormField, FormValues } from '../../model/request-form.ts'

interface InputProps {
  readonly field: FormField
  readonly name: string
  readonly value: FormValues[string] | undefined
  readonly set: (value: FormValues[string]) => void
}

const Switch = ({ name, value, set }: InputProps) => (
  <label class="check">
    <input
      type="checkbox"
      checked={value === true}
      onChange={({ currentTarget }) => set(currentTarget.checked)}
    />
    {name}
  </label>
)

const wordOf = (option: string): string => option.replace('BUSINESS_', '').toLowerCase().replaceAll('_', ' ')

const Many = ({ field, name, value, set }: InputProps) => {
  const list = Array.isArray(value) ? value : []
  return (
    <div role="group" aria-label={name}>
      <span class="small muted">{name}</span>
      <div class="row">
        {field.options.map((option) => (
          <label class="check" key={option}>
            <input
              type="checkbox"
              checked={list.includes(option)}
              onChange={() =>
                set(list.includes(option) ? list.filter((one) => one !== option) : [...list, option])
              }
            />
            {wordOf(option)}
          </label>
        ))}
      </div>
    </div>
  )
}

const Choice = ({ field, name, value, set }: InputProps) => (
  <label class="field">
    <span>{name}</span>
    <select value={String(value ?? '')} onChange={({ currentTarget }) => set(currentTarget.value)}>
      <option value="">default</option>
      {field.options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  </label>
)

const Text = ({ field, name, value, set }: InputProps) => (
  <label class="field">
    <span>{name}</span>
    <input
      value={String(value ?? '')}
      required={field.isRequired}
      onInput={({ currentTarget }) => set(currentTarget.value)}
    />
  </label>
)

/** The input of one field of the JSON schema. */
export const FieldInput = (props: {
  readonly field: FormField
  readonly values: FormValues
  readonly onChange: (values: FormValues) => void
}) => {
  const { field, values, onChange } = props
  const input: InputProps = {
    field,
    name: `${field.label}${field.isRequired ? '' : ' (optional)'}`,
    value: values[field.path],
    set: (next) => onChange({ ...values, [field.path]: next }),
  }
  switch (field.kind) {
    case 'switch':
      return <Switch {...input} />
    case 'many':
      return <Many {...input} />
    case 'choice':
      return <Choice {...input} />
    default:
      return <Text {...input} />
  }
}
