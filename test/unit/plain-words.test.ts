import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Words that hide who acts, or that a term of the glossary replaces. */
const unclearWords = /\b(?:nobody|somebody|whoever|told|tells|going|mend|unheard|so many|doubled)\b/i

/** Text that is not ours, and this list itself. */
const exempt = ['local/datazone/model/datazone.json', 'test/unit/plain-words.test.ts']

const rooms = '{lib,functions,local,cli,page,events,infra,bench,examples,packages,config,docs,test,.github}'
const sources = globSync(['*.{md,json,yml,ts}', `${rooms}/**/*.{ts,mjs,js,json,yml,md,py,css,html}`], {
  cwd: root,
  exclude: ['package-lock.json', '**/node_modules/**', '**/dist/**'],
}).filter((file) => !exempt.includes(file))

const testFiles = globSync('test/**/*.ts', { cwd: root })

/** Returns the titles of a file's tests, those of `test.each` included. */
const titlesOf = (source: string): string[] => {
  const literal = /(['"`])((?:\\.|(?!\1).)*)\1/.source
  const plain = new RegExp(`(?:^|\\s)test(?:\\.\\w+)?\\(\\s*${literal}`, 'g')
  const afterTable = new RegExp(`\\)\\(\\s*${literal},\\s*(?:async )?(?:\\(|\\w+ =>)`, 'g')
  const ofEach = [...source.matchAll(afterTable)].filter(({ index }) => {
    const before = source.slice(0, index)
    return before.lastIndexOf('test.') > before.lastIndexOf('describe.')
  })
  return [...source.matchAll(plain), ...ofEach].map(([, , title = '']) => title)
}

const notVerbs = ['as', 'its', 'this', 'less', 'always', 'whose', 'others', 'ours', 'theirs', 'types']

/**
 * Whether a title begins with a verb in the third person, behind promises and an adverb: "P5: never sends". A title that
 * is `%s` takes its verb from its table.
 */
const beginsWithVerb = (title: string): boolean => {
  const [first = ''] = title.replace(/^(?:P\d+(?:, P\d+)*: )?(?:(?:never|also|still) )?/, '').split(/[ ,]/)
  return title === '%s' || (/^%s /.test(title) ? true : /^[a-z]+s$/.test(first) && !notVerbs.includes(first))
}

describe('a sentence in code or documents', () => {
  test('says who acts: rewrite the sentence (see "Style" in CONTRIBUTING.md)', () => {
    const found = sources.flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) => (unclearWords.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    )
    expect(found).toEqual([])
  })
})

describe('a test title', () => {
  test('begins with a verb in the third person: "keeps a cancel owed until its turn comes"', () => {
    const wrong = testFiles.flatMap((file) =>
      titlesOf(read(file)).flatMap((title) => (beginsWithVerb(title) ? [] : [`${file}: ${title}`])),
    )
    expect(wrong).toEqual([])
  })

  test('belongs to test, not to it', () => {
    expect(testFiles.filter((file) => /^\s*it(?:\.\w+)?\(/m.test(read(file)))).toEqual([])
  })
})
