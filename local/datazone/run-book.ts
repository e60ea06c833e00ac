import type { Book, Entry } from './book.ts'
import type { Plan } from './plan.ts'

/** One metadata generation run that a Start made. Only its plan may ever be replaced. */
export type Run = Entry & {
  readonly projectId: string
  readonly assetId: string
  readonly revision: string
  readonly types: readonly string[]
  readonly clientToken: string | undefined
  readonly createdBy: string
  readonly createdAtMs: number
  plan: Plan
}

/** Every metadata generation run ever started; its subject is its asset. */
export type RunBook = Book<Run>
