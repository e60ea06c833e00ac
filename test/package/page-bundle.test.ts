import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { bundleClient } from '../../page/server/build-client.ts'

describe('the client of the page', () => {
  test('is smaller than 120 KB compressed, and loads nothing from other hosts', async () => {
    const files = await bundleClient()
    const compressed = files.reduce((sum, [, body]) => sum + gzipSync(body).length, 0)
    expect(compressed).toBeLessThan(120 * 1024)
    expect(files.reduce((sum, [, body]) => sum + brotliCompressSync(body).length, 0)).toBeLessThan(compressed)
    const text = files.map(([, body]) => Buffer.from(body).toString()).join('\n')
    const foreign = [...text.matchAll(/(?:src|href|url\(|import\()\s*=?\s*["'(]?(https?:[^"')\s]+)/g)]
    expect(foreign.map(([, address]) => address)).toEqual([])
  })
})
