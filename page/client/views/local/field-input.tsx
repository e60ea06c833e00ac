import type { FormField, FormValues } from '../../model/request-form.ts'

export const FieldInput = ({
  field,
  values,
  onChange,
}: {
  readonly field: FormField
  readonly values: FormValues
  readonly onChange: (values: FormValues) => void
}) => {
  const { path, label, kind, options, isRequired } = field
  const value = values[path]
  const set = (next: FormValues[string]) => onChange({ ...values, [path]: next })
  const name = `${label}${isRequired ? '' : ' (optional)'}`
  if (kind === 'switch')
    return (
      <label class="check">
        <input
          type="checkbox"
          checked={value === true}
          onChange={({ currentTarget }) => set(currentTarget.checked)}
        />
        {name}
      </label>
    )
  if (kind === 'many') {
    const list = Array.isArray(value) ? value : []
    return (
      <div role="group" aria-label={name}>
        <span class="small muted">{name}</span>
        {options.map((option) => (
          <label class="check" key={option} style={{ marginRight: '12px' }}>
            <input
              type="checkbox"
              checked={list.includes(option)}
              onChange={() =>
                set(list.includes(option) ? list.filter((one) => one !== option) : [...list, option])
              }
            />
            {option.replace('BUSINESS_', '').toLowerCase().replaceAll('_', ' ')}
          </label>
        ))}
      </div>
    )
  }
  return (
    <label class="field">
      <span>{name}</span>
      {kind === 'choice' ? (
        <select value={String(value ?? '')} onChange={({ currentTarget }) => set(currentTarget.value)}>
          <option value="">default</option>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      ) : (
        <input
          value={String(value ?? '')}
          required={isRequired}
          onInput={({ currentTarget }) => set(currentTarget.value)}
        />
      )}
    </label>
  )
}
