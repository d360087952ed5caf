import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nameProblem } from './name-rules.ts'

const GOOD = [
  'Zoë 🚲',
  'café',
  'straße',
  'O’Brien',
  '=1+1',
  'nightly <b>',
  'x²',
  'x_1.y-2',
  // Whole names in other scripts, and words of two.
  'دراجة',
  'می\u200cخواهم',
  'Москва',
  'Ελλάδα',
  '한국어',
  'ไทย',
  'क्\u200dष',
  'カーシェア',
  '日本語Excel',
  '东京 tokyo',
  'Прогноз Q3',
  'Модель XGBoost',
  // Letters of science.
  'Δt',
  'λmax',
  'α-test',
  'μm',
  '👩\u200d🔬 lab',
  '❤\ufe0f',
]
const HIDDEN = [
  'a\u200bb',
  'a\u200cb',
  'a\u200db',
  'a\ufeffb',
  'a\u00adb',
  'a\u2060b',
  'a\u034fb',
  '\u3164',
  'a\uffa0b',
  'a\u180eb',
  'ab\u202efdp',
  '\u2066a',
  'a\u2028b',
  'a\u0000',
  'a\nb',
  'a\u0085b',
  '\u2800',
  'a\ufe0fb',
  '\u{e0041}a',
  '\ue000',
]
/** Each has one letter of another alphabet. */
const DISGUISED = ['sаles', 'раypal', 'Αlpha', 'ѕcope', 'ԁata', 'օne', 'ꮪales', 'bikeѕ 2024', 'x_аb', 'Мосkва', 'νalue']

describe('a name that people give', () => {
  for (const name of GOOD) it(`may be ${name}`, () => assert.equal(nameProblem(name), undefined))
  for (const name of HIDDEN)
    it(`has nothing invisible: ${JSON.stringify(name)}`, () => assert.match(nameProblem(name) ?? '', /invisible/))
  for (const name of DISGUISED)
    it(`does not pass for another: ${name}`, () => assert.match(nameProblem(name) ?? '', /alphabets/))
})
