import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SUBJECTS, type Subject } from '#server/platform/subjects/contract.ts'
import { SUBJECT_PATHS, subjectPath } from './subject-path.ts'

it('every page that the registry of subjects names is one of the path builder', () => {
  for (const [kind, { page }] of Object.entries<Subject>(SUBJECTS)) if (page) assert.ok(SUBJECT_PATHS[page[0]], kind)
})

it('the page of a subject is built from its id or its name; a kind of another version has none', () => {
  const id = '0190f000-0000-7000-8000-000000000002'
  assert.equal(subjectPath('p', 'run', { id }), '/p/p/training/runs/0190f000000070008000000000000002')
  assert.equal(subjectPath('p', 'evaluation', { id }), `/p/p/evaluation/${id}`)
  assert.equal(subjectPath('p', 'endpoint', { id }), undefined, 'its page goes by its name')
  assert.equal(subjectPath('p', 'endpoint', { id, name: 'a b' }), '/p/p/serving/a%20b')
  assert.equal(subjectPath('p', 'constructor', { id }), undefined)
})
