import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'

const CHART_LIBRARIES = ['recharts', '@mantine/charts', 'uplot']

/** A small tree with one wrong import each: a rule that lets it pass is no rule. */
const WRONG: Record<string, [file: string, text: string, target: string]> = {
  'access-looks-left': ['server/access/a.ts', "import '../data/index.ts'", 'server/data/index.ts'],
  'training-by-its-door': ['server/registry/b.ts', "import '../training/store.ts'", 'server/training/store.ts'],
  'people-by-the-index-door': ['server/rest/s.ts', "import '../data/service.ts'", 'server/data/service.ts'],
  'others-by-the-service-door': ['server/training/t.ts', "import '../data/index.ts'", 'server/data/index.ts'],
  'handlers-import-no-sibling': ['jobs/training/u.ts', "import '../data/v.ts'", 'jobs/data/v.ts'],
  'tables-of-data': [
    'server/training/store.ts',
    "import { x } from '../../db/schema/data-uploads.ts'\nx",
    'db/schema/data-uploads.ts',
  ],
  'tables-of-registry': [
    'server/registry/w.ts',
    "import { x } from '../../db/schema/registry.ts'\nx",
    'db/schema/registry.ts',
  ],
  'tables-of-platform': [
    'server/data/store.ts',
    "import { x } from '../../db/schema/platform.ts'\nx",
    'db/schema/platform.ts',
  ],
  'tables-by-their-file': [
    'server/access/store.ts',
    "import { x } from '../../db/schema/index.ts'\nx",
    'db/schema/index.ts',
  ],
  'kernel-knows-no-domain': ['server/kernel/c.ts', "import '../data/index.ts'", 'server/data/index.ts'],
  'kernel-stands-alone': ['server/kernel/o.ts', "import '../platform/change.ts'", 'server/platform/change.ts'],
  'engine-stands-alone': ['ml/d.ts', "import '../server/kernel/clock.ts'", 'server/kernel/clock.ts'],
  'engine-is-portable': ['ml/index.ts', "import { readFileSync } from 'node:fs'\nreadFileSync('x')", 'ml/e.ts'],
  'tables-stand-alone': ['tables/p.ts', "import '../server/kernel/clock.ts'", 'server/kernel/clock.ts'],
  'tables-load-small-parts-of-the-engine': ['tables/q.ts', "import '../ml/fit-pipeline.ts'", 'ml/fit-pipeline.ts'],
  'db-knows-no-domain': ['db/f.ts', "import '../server/data/index.ts'", 'server/data/index.ts'],
  'server-below-app': ['server/data/g.ts', "import '../../components/x.ts'", 'components/x.ts'],
  'only-stores-write-sql': [
    'server/data/h.ts',
    "import { users } from '../../db/schema/users.ts'\nusers()",
    'db/schema/users.ts',
  ],
  'few-speak-postgresql': ['server/data/n.ts', "import postgres from 'postgres'\npostgres", ''],
  'one-duckdb-opener': ['server/data/i.ts', "import { DuckDBInstance } from '@duckdb/node-api'\nDuckDBInstance", ''],
  'web-runs-no-duckdb': [
    'server/data/x.ts',
    "import { x } from '../../tables/query/read-page.ts'\nx",
    'tables/query/read-page.ts',
  ],
  'light-tables-reach-no-duckdb': [
    'tables/infer/check-contract.ts',
    "import { y } from './between.ts'\ny",
    'tables/infer/between.ts',
  ],
  'charts-know-recharts': [
    'components/data/j.ts',
    CHART_LIBRARIES.map((library, i) => `import * as library${i} from '${library}'\nlibrary${i}`).join('\n'),
    '',
  ],
  'components-see-contracts': [
    'components/data/k.ts',
    "import { x } from '../../server/data/index.ts'\nx",
    'server/data/index.ts',
  ],
  'components-see-contracts-of-tables': [
    'components/data/r.ts',
    "import { x } from '../../tables/duckdb.ts'\nx",
    'tables/duckdb.ts',
  ],
  'no-cycles': ['server/data/l.ts', "import './m.ts'", ''],
}

const root = process.cwd()
let folder: string
let violations: { rule: { name: string }; from: string; to: string }[]

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-rules-'))
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), `${text}\nexport {}\n`)
  }
  await cp(join(root, '.dependency-cruiser.cjs'), join(folder, '.dependency-cruiser.cjs'))
  await cp(join(root, 'db/shared-tables.json'), join(folder, 'db/shared-tables.json'))
  await cp(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'))
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [, , target] of Object.values(WRONG))
    if (target) await write(target, 'export const x = 1\nexport const users = () => 1')
  for (const [file, text] of Object.values(WRONG)) await write(file, text)
  await write('server/data/m.ts', "import './l.ts'")
  await write('tables/infer/between.ts', "import { x } from '../duckdb.ts'\nexport const y = x")
  await write('app/page.ts', '')
  const { stdout } = await promisify(execFile)(
    'depcruise',
    [
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      'server',
      'db',
      'ml',
      'tables',
      'jobs',
      'components',
      'app',
    ],
    { cwd: folder, maxBuffer: 2 ** 28 },
  ).catch(error => error as { stdout: string })
  const report = JSON.parse(stdout) as { summary: { violations: typeof violations; totalCruised: number } }
  assert.ok(report.summary.totalCruised > 15, 'modules were read at all')
  violations = report.summary.violations
})
after(() => rm(folder, { recursive: true, force: true }))

describe('the import rules bite', () => {
  for (const [rule, [file]] of Object.entries(WRONG))
    it(rule, () => {
      assert.ok(
        violations.some(v => v.rule.name === rule && v.from === file),
        `${file} breaks it; found: ${violations.map(v => `${v.rule.name} in ${v.from}`).join(', ')}`,
      )
    })
  for (const library of CHART_LIBRARIES)
    it(`only components/charts imports ${library}`, () => {
      const found = violations.filter(v => v.rule.name === 'charts-know-recharts' && v.from === 'components/data/j.ts')
      assert.ok(
        found.some(v => v.to.includes(`node_modules/${library}/`)),
        `found: ${found.map(v => v.to).join(', ')}`,
      )
    })
})

it('the doors of the domains list names', async () => {
  const doors: string[] = []
  for await (const door of glob('server/*/{index,service}.ts')) doors.push(door)
  assert.ok(doors.length >= 15, `doors: ${doors.join(', ')}`)
  for (const door of doors) assert.doesNotMatch(await readFile(door, 'utf8'), /export \*/, door)
})
