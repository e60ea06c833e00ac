import { access, readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { docBlocks } from '../support/doc-commands.ts'
import { isAccountedFor } from '../support/doc-skips.ts'

const root = join(import.meta.dirname, '..', '..')

const markdownIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(join(root, folder))).filter((name) => name.endsWith('.md')).map((name) => join(folder, name))

const pages = (await Promise.all(['.', 'docs', 'docs/adr'].map(markdownIn))).flat()

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Returns the anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(/\s/g, '-')

const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

const brokenLinksOf = async (page: string): Promise<readonly string[]> => {
  const text = await readFile(join(root, page), 'utf8')
  const targets = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target)
  const broken = await Promise.all(
    targets.map(async (target) => {
      const [file = '', anchor] = target.split('#')
      const path = file === '' ? join(root, page) : resolve(root, dirname(page), file)
      if (!(await exists(path))) return [target]
      if (anchor === undefined) return []
      return anchorsOf(await readFile(path, 'utf8')).includes(anchor) ? [] : [target]
    }),
  )
  return broken.flat()
}

describe('the documentation', () => {
  test.each(pages)('links from %s only to files and headings that exist', async (page) => {
    expect(await brokenLinksOf(page)).toEqual([])
  })

  test('names only existing files in its code spans', async () => {
    const rooms =
      /`((?:lib|functions|local|infra|test|config|events|docs|bench|examples|cli)\/[\w./-]+\.\w+)`/g
    const named = await Promise.all(
      pages.map(async (page) =>
        [...(await readFile(join(root, page), 'utf8')).matchAll(rooms)].map(([, path = '']) => ({
          page,
          path,
        })),
      ),
    )
    const missing = await Promise.all(
      named
        .flat()
        .map(async ({ page, path }) => ((await exists(join(root, path))) ? [] : [`${page}: ${path}`])),
    )
    expect(missing.flat()).toEqual([])
  })

  test('names only npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const named = await Promise.all(
      pages.map(async (page) =>
        [...(await readFile(join(root, page), 'utf8')).matchAll(/\bnpm run ([\w:-]+)/g)].map(
          ([, script = '']) => ({ page, script }),
        ),
      ),
    )
    const missing = named.flat().filter(({ script }) => !Object.hasOwn(scripts, script))
    expect(missing).toEqual([])
  })
})

describe('a block of commands in README.md or docs/', () => {
  test('is run by a test, or is listed with its reason in test/support/doc-skips.ts', async () => {
    const blocks = await docBlocks()
    expect(blocks.length).toBeGreaterThan(100)
    expect(blocks.filter((block) => !isAccountedFor(block))).toEqual([])
  })
})

describe('docs/adr/README.md', () => {
  test('lists every record with its title, status and date', async () => {
    const files = (await readdir(join(root, 'docs/adr'))).filter((name) => /^\d{4}-/.test(name)).toSorted()
    const rows = await Promise.all(
      files.map(async (file) => {
        const text = await readFile(join(root, 'docs/adr', file), 'utf8')
        const [, number, title] = /^# (\d+)\. (.+)\n/.exec(text) ?? []
        const [, status, date] = /^Status: (.+)\. Date: (\d{4}-\d\d-\d\d)\.$/m.exec(text) ?? []
        expect([number?.padStart(4, '0'), status, date], file).toEqual([
          file.slice(0, 4),
          expect.any(String),
          expect.any(String),
        ])
        return `| [${number}](${file}) | ${title} | ${status} | ${date} |`
      }),
    )
    const index = await readFile(join(root, 'docs/adr/README.md'), 'utf8')
    expect(index.split('\n').filter((line) => line.startsWith('| ['))).toEqual(rows)
  })
})
