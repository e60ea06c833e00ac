/** The part of JSON Schema that the form of a request understands. */
export interface FieldSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, FieldSchema>>
  readonly required?: readonly string[]
  readonly items?: FieldSchema
}

/** Values as the form holds them; nested ones by their path, such as `asset.id`. */
export type FormValues = Readonly<Record<string, string | boolean | readonly string[]>>

/** One input of the form. */
export interface FormField {
  readonly path: string
  readonly label: string
  readonly kind: 'text' | 'choice' | 'many' | 'switch'
  readonly options: readonly string[]
  readonly isRequired: boolean
}

const kindOf = ({ type, enum: options, items }: FieldSchema): FormField['kind'] => {
  if (type === 'boolean') return 'switch'
  if (items !== undefined) return 'many'
  return options === undefined ? 'text' : 'choice'
}

/** The inputs of an object schema, nested ones too; constants need none. */
export const fieldsOf = (schema: FieldSchema, prefix = ''): readonly FormField[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]): readonly FormField[] => {
    const path = `${prefix}${name}`
    if (field.const !== undefined) return []
    if (field.properties !== undefined) return fieldsOf(field, `${path}.`)
    return [
      {
        path,
        label: path,
        kind: kindOf(field),
        options: field.enum ?? field.items?.enum ?? [],
        isRequired: schema.required?.includes(name) === true,
      },
    ]
  })

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)

/** The request that the values make: constants filled in, empty fields left out. */
export const requestOf = (schema: FieldSchema, values: FormValues, prefix = ''): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schema.properties ?? {}).flatMap(
      ([name, field]): readonly (readonly [string, unknown])[] => {
        const path = `${prefix}${name}`
        if (field.const !== undefined) return [[name, field.const]]
        if (field.properties !== undefined) return [[name, requestOf(field, values, `${path}.`)]]
        return isEmpty(values[path]) ? [] : [[name, values[path]]]
      },
    ),
  )
