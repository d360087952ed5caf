import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createProjectInput, createTokenInput, newAccountInput } from '#server/access/contract.ts'
import { recipeStep } from '#server/data/recipes/contract.ts'
import { importInputSchema } from './contract.ts'

const GOOD = ['Zoë 🚲', '=1+1', 'Москва', '日本語Excel', 'Прогноз Q3', 'Δt', '👩\u200d🔬 lab']
const HIDDEN = ['a\u200bb', 'a\ufeffb', 'a\u00adb', '\u3164', 'ab\u202efdp', 'a\u2028b', 'a\u0000b', 'a\nb']
const DISGUISED = ['sаles', 'раypal', 'bikeѕ 2024']

describe('a name that people give', () => {
  const project = (name: string) => createProjectInput.safeParse({ name, slug: 'bikes' })
  const person = (name: string) =>
    newAccountInput.safeParse({ token: 't'.repeat(20), name, email: 'a@example.org', password: 'x' })
  const token = (name: string) => createTokenInput.safeParse({ name, role: 'viewer' })

  it('follows one rule wherever it is given', () => {
    for (const parse of [project, person, token]) {
      for (const name of GOOD) assert.ok(parse(name).success, name)
      for (const name of [...HIDDEN, ...DISGUISED, '', ' ', '../a', 'a\\b']) assert.ok(!parse(name).success, name)
    }
  })

  it('is stored in one form', () => {
    assert.equal(project(' Ｄemand ').data?.name, 'Demand')
    assert.equal(project('Zoe\u0308').data?.name, 'Zoë')
    assert.equal(project('a\u00a0b').data?.name, 'a b')
  })
})

it('a feature and the columns of an imported model have nothing invisible in their names, and keep them as they are', () => {
  const feature = (name: string) => recipeStep.safeParse({ step: 'expression', name, formula: 'a + b' })
  const imported = (name: string) =>
    importInputSchema.safeParse({ digest: 'a'.repeat(64), name: 'm', target: name, columns: [name] })
  for (const parse of [feature, imported]) {
    for (const name of HIDDEN.filter(n => n.trim() !== '')) assert.ok(!parse(name).success, JSON.stringify(name))
    for (const name of ['m²', 'Ｄemand', 'a/b', 'temp °C', 'Δt']) assert.ok(parse(name).success, name)
  }
  assert.equal(imported('m²').data?.target, 'm²')
})
