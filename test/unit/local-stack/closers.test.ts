import { expect, test } from 'vitest'
import { closers } from '../../../local/closers.ts'

test('closes the last opened first, all of them though one fails, and once', async () => {
  const closed: string[] = []
  const opened = closers()
  opened.add(async () => void closed.push('first'))
  opened.add(() => Promise.reject(new Error('stuck')))
  opened.add(async () => void closed.push('last'))
  const closing = opened.close()
  expect(opened.close()).toBe(closing)
  await expect(closing).rejects.toThrow('Not everything could be closed')
  expect(closed).toEqual(['last', 'first'])
})
