import { createHash } from 'node:crypto'

/** A column of a table, as the asset's form names it. */
export interface Column {
  readonly name: string
  /** Absent when the form gives none. */
  readonly dataType?: string
}

/** A table or view that an asset describes: its technical name and its columns. */
export interface TableSchema {
  readonly name?: string
  readonly columns: readonly Column[]
}

const columnKey = ({ name, dataType = '' }: Column): string => JSON.stringify([name, dataType])

const tableKey = ({ name = '', columns }: TableSchema): string =>
  JSON.stringify([name, columns.map(columnKey).toSorted()])

/**
 * Returns a fingerprint of what generation depends on: technical names and column types. The order of tables and columns
 * does not matter. The asset's own name and its descriptions are left out, because accepting suggestions changes them.
 */
export const schemaFingerprint = (tables: readonly TableSchema[]): string =>
  createHash('sha256')
    .update(JSON.stringify(tables.map(tableKey).toSorted()))
    .digest('hex')
    .slice(0, 32)
