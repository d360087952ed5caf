import assert from 'node:assert/strict'
import { it } from 'node:test'
import { JsonDepth, nestsDeeper } from './json-depth.ts'

const cases: [json: string, deeper: boolean][] = [
  ['[[[]]]', false],
  ['[[[[]]]]', true],
  ['[[],[],[],[],{"a":[]}]', false],
  ['{"a":{"b":{"c":{}}}}', true],
  ['"[[[[[["', false],
  ['"\\"[[[[[["', false],
  ['"\\\\"[[[[', true],
  ['"ü[[[["', false],
  // Closing first does not make room for opening more.
  [']]]]]]\n[[[[', true],
  // A string that nobody closed does not hide the next line.
  ['"\n[[[[', true],
]
for (const [json, deeper] of cases)
  it(`${JSON.stringify(json)} nests ${deeper ? 'deeper than' : 'within'} three levels`, () => {
    assert.equal(nestsDeeper(Buffer.from(json), 3), deeper)
    const meter = new JsonDepth(3)
    assert.equal(
      [...Buffer.from(json)].some(byte => meter.exceededBy(Uint8Array.of(byte))),
      deeper,
      'piece by piece',
    )
  })
