import type { VersionAction, VersionState } from '../contract.ts'
import type { ModelRef } from './parse-model-ref.ts'

export const refCases: [string, ModelRef | undefined][] = [
  ['demand', { name: 'demand', at: 'latest' }],
  ['demand@latest', { name: 'demand', at: 'latest' }],
  ['demand@3', { name: 'demand', at: { number: 3 } }],
  ['demand@v12', { name: 'demand', at: { number: 12 } }],
  ['demand@champion', { name: 'demand', at: { alias: 'champion' } }],
  ['demand@0', { name: 'demand', at: { alias: '0' } }],
  ['demand@', undefined],
  ['@3', undefined],
  ['a@b@c', undefined],
]

export const decideCases: [VersionState, VersionAction, boolean][] = [
  ['ready', 'promote', true],
  ['ready', 'alias', true],
  ['ready', 'archive', true],
  ['ready', 'restore', false],
  ['archived', 'promote', false],
  ['archived', 'alias', false],
  ['archived', 'restore', true],
]
