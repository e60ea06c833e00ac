import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** A code block of a documentation page. */
export interface DocBlock {
  readonly page: string
  readonly text: string
}

const pages = async (): Promise<readonly string[]> => [
  'README.md',
  ...(await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
]

/** Returns every code block in this language of README.md and docs/. A block in a list loses its indentation. */
export const docBlocks = async (language = 'sh'): Promise<readonly DocBlock[]> => {
  const block = new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, 'gm')
  const found = await Promise.all(
    (await pages()).map(async (page) => {
      const text = await readFile(join(root, page), 'utf8')
      return [...text.matchAll(block)].map(([, indentation = '', lines = '']) => ({
        page,
        text: lines.replaceAll(new RegExp(`^${indentation}`, 'gm'), '').trim(),
      }))
    }),
  )
  return found.flat()
}

/** Returns the dzrun commands of a block, without comments. */
export const dzrunLines = ({ text }: DocBlock): readonly string[] =>
  text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => (line.startsWith('npx dzrun ') ? [line.replace(/ +#(?! ?[A-Z_]+#).*$/, '')] : []))

/** Splits a command into words as a shell does, without expansions. */
export const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  )
