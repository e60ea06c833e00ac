import { reasonOf } from '../errors.ts'

/** A step of a sweep that fails is told, and keeps no other from its turn. */
export const attempt = async (step: string, problems: string[], work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    problems.push(`${step}: ${reasonOf(error)}`)
  }
}

const batchSize = 10

/** In tens, as queues and buses take them. */
export const batchesOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  )
