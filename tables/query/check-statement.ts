import type { DuckDBConnection } from '../duckdb.ts'
import { ALLOWED_FAMILY, FUNCTIONS, TABLE_FUNCTIONS } from './allowed-functions.ts'
import type { QueryFault } from './contract.ts'

interface Node {
  class?: string
  type?: string
  function_name?: string
  query_location?: number
  table_name?: string
  schema_name?: string
  catalog_name?: string
  show_type?: string
  query?: unknown
  function?: Node
  cte_map?: { map?: { key: string; value: { query?: { node?: Node } } }[] }
  [key: string]: unknown
}

/** Thrown with what is wrong with a query. */
export class QueryRefusal extends Error {
  readonly fault: QueryFault
  constructor(fault: QueryFault) {
    super(fault.message)
    this.fault = fault
  }
}

const DATA = 'data'
const TABLE_KINDS = new Set([
  'BASE_TABLE',
  'EMPTY',
  'EXPRESSION_LIST',
  'JOIN',
  'PIVOT',
  'SHOW_REF',
  'SUBQUERY',
  'TABLE_FUNCTION',
])
const ONLY_DATA =
  'A query reads the rows of the version in view, which are the table data, and tables that it defines with WITH.'
const MAX_DEPTH = 1000

interface Scope {
  /** Names defined by WITH, in lower case. */
  names: ReadonlySet<string>
  depth: number
}

/**
 * Checks by DuckDB's own parser that a statement is one query over `data` and uses only allowed functions. Nothing is bound or run before.
 * @throws QueryRefusal
 */
export async function checkStatement(db: DuckDBConnection, sql: string): Promise<void> {
  if (sql.includes('\0')) throw new QueryRefusal({ message: 'The query contains a NUL character.' })
  const read = await db.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR, skip_null := true)::VARCHAR', [sql])
  const tree = JSON.parse(String(read.getRowsJson()[0]![0])) as {
    error: boolean
    error_message?: string
    statements?: { node: Node }[]
  }
  if (tree.error || tree.statements?.length !== 1)
    throw new QueryRefusal({
      message: 'Only SELECT and WITH … SELECT are run here.',
      hint: 'A version never changes. To keep a result, save it as a new version.',
    })
  const used = new Map<string, Node>()
  walk(tree.statements[0]!.node, { names: new Set(), depth: 0 }, used, sql)
  const unknown = [...used.keys()].filter(name => !FUNCTIONS.has(name) && !ALLOWED_FAMILY.test(name))
  // A name that does not exist gets DuckDB's own message, which suggests a similar one.
  if (unknown.length > 0) await refuseExisting(db, unknown, used, sql)
}

async function refuseExisting(
  db: DuckDBConnection,
  unknown: readonly string[],
  used: ReadonlyMap<string, Node>,
  sql: string,
): Promise<void> {
  const read = await db.runAndReadAll('SELECT DISTINCT lower(function_name) FROM duckdb_functions()')
  const existing = new Set(read.getRowsJson().map(row => String(row[0])))
  for (const name of unknown)
    if (existing.has(name))
      throw new QueryRefusal({
        message: `The function ${name} is not allowed in a query.`,
        hint: 'Allowed are the functions of numbers, text, dates, lists, structs and JSON, aggregates and window functions; none that read settings, files, the catalog or SQL text.',
        ...placeOf(used.get(name)!, sql),
      })
}

function walk(value: unknown, scope: Scope, used: Map<string, Node>, sql: string): void {
  if (scope.depth > MAX_DEPTH)
    throw new QueryRefusal({ message: 'The query nests too deeply.', hint: 'Divide it by WITH.' })
  if (Array.isArray(value)) {
    for (const item of value) walk(item, deeper(scope), used, sql)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const node = value as Node
  // A constant holds a value, which is data and not part of the statement.
  if (node.class === 'CONSTANT') return
  checkTable(node, scope, sql)
  if ((node.class === 'FUNCTION' || node.class === 'WINDOW') && node.function_name !== undefined)
    used.set(node.function_name.toLowerCase(), node)
  const inner = node.cte_map?.map?.length ? defineTables(node.cte_map.map, scope, used, sql) : deeper(scope)
  for (const [key, part] of Object.entries(node)) {
    if (key === 'cte_map' || key === 'cast_type') continue
    // The name of a table function has been checked against its own list; its arguments are expressions.
    if (key === 'function' && node.type === 'TABLE_FUNCTION') walk((part as Node).children, inner, used, sql)
    else walk(part, inner, used, sql)
  }
}

const deeper = ({ names, depth }: Scope): Scope => ({ names, depth: depth + 1 })

/** Walks the tables of a WITH in order: each sees those before it, a recursive one also itself. Returns the scope below. */
function defineTables(
  list: { key: string; value: { query?: { node?: Node } } }[],
  scope: Scope,
  used: Map<string, Node>,
  sql: string,
): Scope {
  let inner = deeper(scope)
  for (const { key, value } of list) {
    const after: Scope = { names: new Set([...inner.names, key.toLowerCase()]), depth: inner.depth }
    walk(value, value.query?.node?.type === 'RECURSIVE_CTE_NODE' ? after : inner, used, sql)
    inner = after
  }
  return inner
}

/** Throws unless a table of a FROM clause is allowed. */
function checkTable(node: Node, scope: Scope, sql: string): void {
  for (const key of ['from_table', ...(node.type === 'JOIN' && !node.class ? ['left', 'right'] : [])]) {
    const kind = (node[key] as Node | undefined)?.type
    if (kind !== undefined && !TABLE_KINDS.has(kind))
      throw new QueryRefusal({
        message: `FROM contains a table that is not allowed (${kind.toLowerCase()}).`,
        hint: ONLY_DATA,
      })
  }
  if (node.class !== undefined) return
  if (node.type === 'BASE_TABLE') checkName(node, scope, sql)
  if (node.type === 'SHOW_REF' && node.query === undefined)
    throw new QueryRefusal({
      message: 'Only DESCRIBE and SUMMARIZE of a table or query are allowed here.',
      hint: 'Try DESCRIBE data.',
    })
  const name = node.type === 'TABLE_FUNCTION' ? node.function?.function_name?.toLowerCase() : undefined
  if (name !== undefined && !TABLE_FUNCTIONS.has(name))
    throw new QueryRefusal({
      message: `The table function ${name} is not allowed in a query.`,
      hint: `${ONLY_DATA} Allowed table functions: ${[...TABLE_FUNCTIONS].slice(0, 7).join(', ')}.`,
      ...placeOf(node, sql),
    })
}

function checkName(node: Node, { names }: Scope, sql: string): void {
  const name = (node.table_name ?? '').toLowerCase()
  const schema = (node.schema_name ?? '').toLowerCase()
  const catalog = (node.catalog_name ?? '').toLowerCase()
  const isData = name === DATA && ['', 'main'].includes(schema) && ['', 'memory'].includes(catalog)
  const isDefined = names.has(name) && ['', 'recurring'].includes(schema) && catalog === ''
  if (isData || isDefined) return
  const shown = [node.catalog_name, node.schema_name, node.table_name].filter(Boolean).join('.')
  throw new QueryRefusal({
    message: `There is no table ${shown} in a query.`,
    hint: ONLY_DATA,
    ...placeOf(node, sql),
  })
}

/** Returns line and column, from 1, of a node; the parser counts bytes. */
function placeOf(node: Node, sql: string): { line?: number; column?: number } {
  const at = node.query_location
  const bytes = Buffer.from(sql)
  if (at === undefined || at >= bytes.length) return {}
  const lines = bytes.subarray(0, at).toString().split('\n')
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}
