import { readFileSync } from 'node:fs'
import test from 'node:test'
import { assertClose } from '../testing.ts'
import { incompleteBeta, normalQuantile, normalTail, studentQuantile, studentTails } from './distributions.ts'

type Rows = Record<'normalTail' | 'normalQuantile' | 'studentTails' | 'studentQuantile' | 'incompleteBeta', number[][]>
const { distributions } = JSON.parse(
  readFileSync(new URL('../../bench/golden/measures.json', import.meta.url), 'utf8'),
) as { distributions: Rows }

const functions: Record<keyof Rows, (...args: number[]) => number> = {
  normalTail: z => normalTail(z!),
  normalQuantile: p => normalQuantile(p!),
  studentTails: (t, freedom) => studentTails(t!, freedom!),
  studentQuantile: (p, freedom) => studentQuantile(p!, freedom!),
  incompleteBeta: (x, a, b) => incompleteBeta(x!, a!, b!),
}

for (const [name, compute] of Object.entries(functions)) {
  test(`${name} equals SciPy to 1e-11`, () => {
    for (const row of distributions[name as keyof Rows]) {
      assertClose(compute(...row.slice(0, -1)), row.at(-1)!, 1e-11, `${name}(${row.slice(0, -1)})`)
    }
  })
}
