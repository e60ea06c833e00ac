import * as z from 'zod/mini'
import type { TableSchema } from '../../run/asset-schema.ts'
import { present } from '../../run/present.ts'

/**
 * Reads the tables that the forms of an asset describe. GetAsset's form types are DataZone's own; the fields of their
 * content are not in the service model, and were seen in public code: `tableName` (`viewName` of a view), and `columns`
 * with `columnName` and `dataType`.
 */

/** For example `amazon.datazone.GlueTableFormType`, `...RedshiftViewFormType` and `...RelationalTableFormType`. */
const tableForm = /(Table|View)Form(Type)?$/

const Form = z.object({ typeName: z.string(), content: z.string() })

const text = z.string()

const TableContent = z.object({
  tableName: z.optional(text),
  viewName: z.optional(text),
  columns: z.array(z.object({ columnName: text, dataType: z.optional(text) })),
})

const tableOf = (content: string): TableSchema | undefined => {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    return undefined
  }
  const parsed = z.safeParse(TableContent, value)
  if (!parsed.success) return undefined
  const { tableName, viewName, columns } = parsed.data
  return {
    ...present({ name: tableName ?? viewName }),
    columns: columns.map(({ columnName, dataType }) => ({ name: columnName, ...present({ dataType }) })),
  }
}

/** Returns the tables of an asset's forms: `none` where no form describes one, `unreadable` where one cannot be read. */
export const readTables = (forms: readonly unknown[]): readonly TableSchema[] | 'none' | 'unreadable' => {
  const tables: TableSchema[] = []
  for (const form of forms) {
    const parsed = z.safeParse(Form, form)
    if (!parsed.success || !tableForm.test(parsed.data.typeName)) continue
    const table = tableOf(parsed.data.content)
    if (table === undefined) return 'unreadable'
    tables.push(table)
  }
  return tables.length === 0 ? 'none' : tables
}
