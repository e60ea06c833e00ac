import { describe, expect, test } from 'vitest'
import {
  type FilterClause,
  passes,
  type Searchable,
  sorted,
  textMatches,
} from '../../../../../local/datazone/operations/search-filter.ts'

const item = (name: string, createdAt = 0, terms?: readonly string[]): Searchable => ({
  attributes: { name, createdAt, terms },
  texts: { name, description: `The ${name} of the web shop` },
})

const filter = (attribute: string, value: string | number, operator?: string): FilterClause => ({
  filter: {
    attribute,
    ...(typeof value === 'number' ? { intValue: value } : { value }),
    operator: operator ?? null,
  },
})

describe('passes', () => {
  test.each<[string, FilterClause, boolean]>([
    ['an equal string', filter('name', 'orders'), true],
    ['a different string', filter('name', 'order'), false],
    ['a higher number', filter('createdAt', 5, 'GT'), true],
    ['an equal number', filter('createdAt', 10, 'GE'), true],
    ['a number that is not lower', filter('createdAt', 10, 'LT'), false],
    ['a number that is not higher', filter('createdAt', 10, 'LE'), true],
    ['one of several values', filter('terms', 'b'), true],
    ['the beginning of a word', filter('name', 'ord', 'TEXT_SEARCH'), true],
    ['all of several filters', { and: [filter('name', 'orders'), filter('createdAt', 10)] }, true],
    ['not all of several filters', { and: [filter('name', 'orders'), filter('createdAt', 9)] }, false],
    ['one of several filters', { or: [filter('name', 'x'), filter('createdAt', 10)] }, true],
    ['filters in filters', { or: [{ and: [filter('name', 'orders')] }] }, true],
  ])('compares %s', (_what, clause, isPassed) => {
    expect(passes(item('orders', 10, ['a', 'b']), clause)).toBe(isPassed)
  })

  test('refuses an unknown attribute by its path, and a filter without a value', () => {
    const and = [filter('name', 'orders'), filter('color', 'red')]
    expect(() => passes(item('orders'), { and })).toThrow("Value at 'filters.and.2.member.filter.attribute'")
    expect(() => passes(item('orders'), { filter: { attribute: 'name' } })).toThrow(
      'have a value or an intValue',
    )
  })

  test('passes every item without a filter, and no item that lacks the attribute', () => {
    expect(passes(item('orders'), undefined)).toBe(true)
    expect(passes(item('orders'), filter('terms', 'a'))).toBe(false)
  })
})

describe('textMatches', () => {
  const found = (searchText: string, searchIn?: { attribute: string }[]) =>
    textMatches(item('orders'), searchText, searchIn).map(({ attribute }) => attribute)

  test('finds the attributes that contain every word, in any case and order', () => {
    expect(found('SHOP web')).toEqual(['description'])
    expect(found('orders')).toEqual(['name', 'description'])
    expect(found('orders car')).toEqual([])
  })

  test('searches the named attributes only', () => {
    expect(found('orders', [{ attribute: 'name' }])).toEqual(['name'])
  })
})

describe('sorted', () => {
  const items = [item('b', 2), item('a', 10)].map((searchable) => ({ searchable }))
  const names = (sort?: { attribute: string; order?: string }) =>
    sorted(items, sort).map(({ searchable }) => searchable.attributes['name'])

  test('sorts strings and numbers, ascending unless the sort says otherwise', () => {
    expect([names({ attribute: 'name' }), names({ attribute: 'createdAt' })]).toEqual([
      ['a', 'b'],
      ['b', 'a'],
    ])
    expect(names({ attribute: 'name', order: 'DESCENDING' })).toEqual(['b', 'a'])
    expect(names()).toEqual(['b', 'a'])
  })

  test('refuses an unknown attribute', () => {
    expect(() => names({ attribute: 'color' })).toThrow("Value at 'sort.attribute'")
  })
})
