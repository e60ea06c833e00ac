import { expect, test } from 'vitest'
import { closers } from '../../../local/closers.ts'

test('closes everything once, in reverse order, even when one close fails', async () => {
  const closed: string[] = []
  const opened = closers()
  opened.add(async () => void closed.push('first'))
  opened.add(() => Promise.reject(new Error('stuck')))
  opened.add(async () => void closed.push('last'))
  const closing = opened.close()
  expect(opened.close()).toBe(closing)
  await expect(closing).rejects.toThrow('Failed to close some resources')
  expect(closed).toEqual(['last', 'first'])
})
