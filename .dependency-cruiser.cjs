// The import direction of docs/contributing.md. `bin/import-rules.test.ts` proves that each rule bites.
const WORDS = ['access', 'data', 'training', 'evaluation', 'registry', 'serving', 'monitoring', 'orchestration']
/** Where requests of people and tokens come in. Lineage authorizes once and then reads names from many domains by their services. */
const PEOPLE = '^(server/(api|rest|protocols|web)/|server/web\\.ts$|app/|bin/)'
const TESTS = '\\.test\\.tsx?$|/testing\\.ts$'

/** Parts of the table library that work without DuckDB, so that web and serve may load them. */
const LIGHT_TABLES =
  '^tables/(.*contract|errors|diff/compare-schemas|expectations/(judge-version|suggest-expectations)|infer/check-contract|query/read-statement|read/json-depth)\\.ts$'

/** Files that read tables of another domain, at most six (`docs/decisions/2026-11-29-tables-have-owners.md`). */
const SHARED_TABLES = require('./db/shared-tables.json')
const sharing = schema => SHARED_TABLES.filter(s => s.schema === schema).map(s => `|^${s.file.replaceAll('.', '\\.')}$`)

/** Tables of a domain are read and written only by its own stores; those of the platform by platform and adapters. */
const tableOwners = [
  ...WORDS.filter(word => word !== 'orchestration').map(word => ({
    name: `tables-of-${word}`,
    severity: 'error',
    from: { pathNot: `^db/|^server/${word}/.*\\bstore\\.ts$|${TESTS}${sharing(word).join('')}` },
    to: { path: `^db/schema/${word}[^/]*\\.ts$` },
  })),
  {
    name: 'tables-of-platform',
    severity: 'error',
    from: { pathNot: `^db/|^server/(platform|adapters)/|${TESTS}${sharing('platform').join('')}` },
    to: { path: '^db/schema/platform\\.ts$' },
  },
  {
    name: 'tables-by-their-file',
    severity: 'error',
    from: { pathNot: `^db/|${TESTS}` },
    to: { path: '^db/schema/index\\.ts$' },
  },
]

/** A domain sees only the domains to its left, and those by their door (tests may build what they need). */
const leftwards = WORDS.flatMap((word, i) => [
  ...(i < WORDS.length - 1
    ? [
        {
          name: `${word}-looks-left`,
          severity: 'error',
          from: { path: `^server/${word}/` },
          to: { path: `^server/(${WORDS.slice(i + 1).join('|')})/` },
        },
      ]
    : []),
  {
    name: `${word}-by-its-door`,
    severity: 'error',
    from: { path: '^(server|jobs|serve|app|bin)/', pathNot: `^server/${word}/|${TESTS}` },
    to: {
      path: `^server/${word}/`,
      pathNot: `^server/${word}/(index|service|caller|jobs|events|contract|messages|[^/]+/(contract|messages))\\.ts$`,
    },
  },
])

module.exports = {
  forbidden: [
    ...leftwards,
    ...tableOwners,
    {
      name: 'people-by-the-index-door',
      severity: 'error',
      from: { path: PEOPLE, pathNot: `^server/api/(lineage|subjects)/|${TESTS}` },
      to: { path: `^server/(${WORDS.join('|')})/service\\.ts$` },
    },
    {
      name: 'others-by-the-service-door',
      severity: 'error',
      from: { path: `^(server/(${WORDS.join('|')})|jobs|serve)/`, pathNot: TESTS },
      to: { path: `^server/(${WORDS.join('|')})/index\\.ts$` },
    },
    {
      name: 'handlers-import-no-sibling',
      severity: 'error',
      from: { path: '^jobs/([^/]+)/', pathNot: TESTS },
      to: { path: '^jobs/[^/]+/', pathNot: '^jobs/($1|runtime)/' },
    },
    {
      name: 'kernel-knows-no-domain',
      severity: 'error',
      from: { path: '^server/(kernel|platform|adapters)/' },
      to: { path: `^server/(?!(kernel|platform|adapters)/)|^(app|components|jobs|serve|bin)/` },
    },
    {
      name: 'kernel-stands-alone',
      severity: 'error',
      from: { path: '^server/kernel/' },
      to: { path: '^server/(platform|adapters)/|^db/' },
    },
    {
      name: 'engine-stands-alone',
      severity: 'error',
      from: { path: '^ml/' },
      to: { path: '^(app|components|server|db|jobs|serve|tables|bin)/' },
    },
    {
      name: 'engine-is-portable',
      severity: 'error',
      from: { path: '^ml/(index|predict)\\.ts$' },
      to: {
        path: '^(node:)?(fs|crypto|worker_threads|child_process|path|os|module|util|url|http|net|stream|perf_hooks)',
        reachable: true,
      },
    },
    {
      name: 'tables-stand-alone',
      severity: 'error',
      from: { path: '^tables/', pathNot: TESTS },
      to: { path: '^(app|components|server|db|jobs|serve|bin)/|node_modules/(?!zod/|@duckdb/)' },
    },
    {
      // The whole door of the engine would load 200 modules into each table task.
      name: 'tables-load-small-parts-of-the-engine',
      severity: 'error',
      from: { path: '^tables/', pathNot: TESTS },
      to: { path: '^ml/', pathNot: '^ml/(random|cells/[^/]+|frame/cell|drift/[^/]+|statistics/[^/]+)\\.ts$' },
    },
    {
      name: 'db-knows-no-domain',
      severity: 'error',
      from: { path: '^db/', pathNot: TESTS },
      to: { path: '^(app|components|server|jobs|serve|tables|bin)/' },
    },
    {
      name: 'server-below-app',
      severity: 'error',
      from: { path: '^(server|jobs|serve|tables)/' },
      to: { path: '^(app|components)/' },
    },
    {
      name: 'only-stores-write-sql',
      severity: 'error',
      from: {
        path: '^(server|jobs|serve|app|components)/',
        pathNot: `^server/(platform|adapters)/|/store\\.ts$|^(jobs/worker|serve/start)\\.ts$|${TESTS}`,
      },
      to: { path: '^db/(schema|client)|node_modules/drizzle-orm/', dependencyTypesNot: ['type-only'] },
    },
    {
      // Also where databases of users are read, which are data: our own stay out of reach there, without db and drizzle.
      name: 'few-speak-postgresql',
      severity: 'error',
      from: {
        path: '^(server|jobs|serve|app|components)/',
        pathNot: `^server/(platform|adapters)/|/store\\.ts$|^jobs/data/sources/database/|${TESTS}`,
      },
      to: { path: 'node_modules/postgres/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-duckdb-opener',
      severity: 'error',
      from: { pathNot: '^tables/duckdb\\.ts$' },
      to: { path: 'node_modules/@duckdb/' },
    },
    {
      // DuckDB runs in child processes only (`server/data/tables/read-table.ts`).
      name: 'web-runs-no-duckdb',
      severity: 'error',
      from: { path: '^(server|serve|app|components)/', pathNot: TESTS },
      to: { path: '^tables/', pathNot: LIGHT_TABLES, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'light-tables-reach-no-duckdb',
      severity: 'error',
      from: { path: LIGHT_TABLES, pathNot: TESTS },
      to: { path: '^tables/duckdb\\.ts$|node_modules/@duckdb/', reachable: true },
    },
    {
      name: 'charts-know-recharts',
      severity: 'error',
      from: { path: '^(app|components)/', pathNot: '^components/charts/' },
      to: { path: 'node_modules/(recharts|@mantine/charts|uplot)/' },
    },
    {
      name: 'components-see-contracts-of-tables',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^tables/', pathNot: '/contract\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'components-see-contracts',
      severity: 'error',
      from: { path: '^components/' },
      to: {
        path: '^(server|db|jobs|serve)/',
        // The formatter of numbers is pure and shared by pages, messages and the CLI.
        pathNot: '/contract\\.ts$|^server/kernel/format\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^\\.next/|^\\.fleximl/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
