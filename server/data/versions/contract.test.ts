import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeSource, tagSchema } from './contract.ts'

describe('where rows come from, in words', () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ v: 1, kind: 'upload', fileName: 'bikes.csv' }, 'file bikes.csv'],
    [{ fileName: 'old.csv' }, 'file old.csv'],
    [{}, 'an upload'],
    [{ kind: 'url', url: 'https://example.org/x.csv' }, 'https://example.org/x.csv'],
    [{ kind: 'database', engine: 'postgres', host: 'db', database: 'shop' }, 'postgres db/shop'],
    [{ kind: 'objects', provider: 's3', bucket: 'b', prefix: 'p/' }, 's3 b/p/'],
    [{ kind: 'query', dataset: 'bikes', version: 2 }, 'a query over bikes v2'],
    [{ kind: 'recipe', fileName: 'clean' }, 'clean'],
    [{ kind: 'some-thing' }, 'some thing'],
  ]
  for (const [source, words] of cases) it(words, () => assert.equal(describeSource(source), words))
})

describe('tags', () => {
  for (const tag of ['gold', '2026 Q1', 'größe', 'team/x-1'])
    it(`${tag} is one`, () => assert.ok(tagSchema.safeParse(tag).success))
  for (const tag of ['', ' ', '<b>', 'x'.repeat(41), '-x'])
    it(`${JSON.stringify(tag)} is none`, () => assert.ok(!tagSchema.safeParse(tag).success))
})
