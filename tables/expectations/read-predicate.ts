import { type DuckDBConnection, quoteLiteral } from '../duckdb.ts'
import { TableError } from '../errors.ts'

/** Node types of an expression over a single row. */
const CLASSES = new Set([
  'BETWEEN',
  'CASE',
  'CAST',
  'COLUMN_REF',
  'COMPARISON',
  'CONJUNCTION',
  'CONSTANT',
  'FUNCTION',
  'OPERATOR',
])

/**
 * Allowed functions: pure, with output no larger than their input. Excluded on purpose: functions that read settings, variables, files or
 * the clock, and functions that make large output from small input (`repeat`, `replace`, `range`).
 */
const FUNCTIONS = new Set(
  `+ - * / // % ^ ** || & | << >> ~ ~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape ilike_escape not_ilike_escape
  abs add multiply subtract divide mod fmod round floor ceil ceiling trunc sign sqrt cbrt exp ln log log2 log10 pow power sin cos tan
  asin acos atan atan2 pi greatest least isnan isinf isfinite even gcd lcm
  lower lcase upper ucase trim ltrim rtrim length len strlen char_length character_length substring substr left right contains
  starts_with ends_with prefix suffix strpos instr position ascii unicode concat nfc_normalize strip_accents reverse
  regexp_matches regexp_full_match levenshtein jaccard
  coalesce ifnull nullif
  year month day hour minute second millisecond microsecond quarter week weekday dayofweek dayofmonth dayofyear isodow isoyear yearweek
  decade century era epoch epoch_ms epoch_us date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add
  last_day monthname dayname make_date to_years to_months to_weeks to_days to_hours to_minutes to_seconds age strptime try_strptime`
    .split(/\s+/)
    .filter(Boolean),
)
/** Names that look like columns but that DuckDB reads as the clock or the session. */
const LARGEST_DEPTH = 100

interface Node {
  class?: string
  function_name?: string
  schema?: string
  column_names?: string[]
  distinct?: boolean
  filter?: unknown
  [key: string]: unknown
}

const refuse = (message: string, hint: string) => new TableError('invalid', message, { hint })
const WHAT_IT_IS = 'Write one expression over the columns of a row, such as "price" > 0 AND "sold" >= "bought".'

/**
 * Checks that a predicate is one expression over the columns of one row: no statement, subquery, window, aggregate, file, setting or
 * clock. Uses DuckDB's own parser, not patterns. Returns the columns it uses, spelled as in `columns`.
 * @throws TableError `invalid`
 */
export async function readPredicate(
  db: DuckDBConnection,
  predicate: string,
  columns: readonly string[],
): Promise<string[]> {
  if (predicate.includes('\0')) throw refuse('The predicate contains a NUL character.', WHAT_IT_IS)
  const statement = `SELECT (${predicate}\n) FROM data`
  const [answer] = (
    await db.runAndReadAll(`SELECT json_serialize_sql(${quoteLiteral(statement)})::VARCHAR AS tree`)
  ).getRowObjectsJson() as [{ tree: string }]
  const tree = JSON.parse(answer.tree) as {
    error: boolean
    error_message?: string
    statements?: { node: Node }[]
  }
  if (tree.error) throw refuse(`The predicate cannot be read: ${firstLine(tree.error_message)}`, WHAT_IT_IS)
  const node = tree.statements?.length === 1 ? tree.statements[0]!.node : undefined
  const list = node?.select_list as Node[] | undefined
  const from = node?.from_table as Node | undefined
  const isOne =
    node?.type === 'SELECT_NODE' &&
    list?.length === 1 &&
    from?.type === 'BASE_TABLE' &&
    from.table_name === 'data' &&
    !from.schema_name &&
    !from.catalog_name &&
    !from.sample &&
    !from.at_clause &&
    !node.where_clause &&
    !node.having &&
    !node.qualify &&
    !node.sample &&
    (node.modifiers as unknown[]).length === 0 &&
    (node.group_expressions as unknown[]).length === 0 &&
    (node.cte_map as { map: unknown[] }).map.length === 0
  if (!isOne) throw refuse('The predicate is more than one expression.', WHAT_IT_IS)
  const used = new Set<string>()
  walk(list[0], columns, used, 0)
  if (used.size === 0) throw refuse('The predicate uses no column, so it cannot check rows.', WHAT_IT_IS)
  return [...used]
}

function walk(value: unknown, columns: readonly string[], used: Set<string>, depth: number): void {
  if (depth > LARGEST_DEPTH * 4) throw refuse('The predicate nests too deeply.', 'Divide it into several.')
  if (Array.isArray(value)) for (const item of value) walk(item, columns, used, depth + 1)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  const node = value as Node
  if (node.class !== undefined) visit(node, columns, used)
  // A constant holds a value, which is data and not part of the expression.
  if (node.class === 'CONSTANT') return
  for (const [key, part] of Object.entries(node)) if (key !== 'cast_type') walk(part, columns, used, depth + 1)
}

function visit(node: Node, columns: readonly string[], used: Set<string>): void {
  const kind = node.class!
  if (kind === 'SUBQUERY') throw refuse('The predicate contains a subquery.', WHAT_IT_IS)
  if (kind === 'WINDOW')
    throw refuse('The predicate uses a window function (OVER), which reads other rows.', WHAT_IT_IS)
  if (!CLASSES.has(kind))
    throw refuse(
      `The predicate contains an expression that is not allowed (${kind.toLowerCase().replaceAll('_', ' ')}).`,
      WHAT_IT_IS,
    )
  if (kind === 'OPERATOR' && !/^(COMPARE_|OPERATOR_(NOT|IS_NULL|IS_NOT_NULL|COALESCE|TRY)$)/.test(String(node.type)))
    throw refuse(
      `The predicate contains an expression that is not allowed (${String(node.type).toLowerCase()}).`,
      WHAT_IT_IS,
    )
  if (kind === 'CAST' && !isPlain((node.cast_type as { id?: string } | undefined)?.id))
    throw refuse(
      'The predicate casts to a type that is not allowed.',
      'Cast to numbers, text, booleans, dates or times.',
    )
  if (kind === 'FUNCTION') {
    const name = node.function_name!.toLowerCase()
    if (!FUNCTIONS.has(name) || (node.schema && node.schema !== 'main') || node.distinct || node.filter)
      throw refuse(
        `The predicate uses “${name}”, which is not allowed.`,
        'Allowed: comparisons, arithmetic, and common functions of numbers, text and dates over one row.',
      )
  }
  if (kind === 'COLUMN_REF') {
    const names = node.column_names!
    const name = names.length === 2 && names[0]!.toLowerCase() === 'data' ? names[1]! : names[0]!
    const column = columns.find(c => c.toLowerCase() === name.toLowerCase())
    if (names.length > 2 || (names.length === 2 && name === names[0]) || column === undefined)
      throw refuse(
        `The predicate uses “${names.join('.')}”, which is not a column.`,
        'Put column names in double quotes and text in single quotes.',
      )
    used.add(column)
  }
}

const isPlain = (id: string | undefined): boolean =>
  /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL|VARCHAR|DATE|TIME|TIMESTAMP.*|INTERVAL)$/.test(
    id ?? '',
  )

const firstLine = (text: string | undefined) => (text ?? '').split('\n')[0]!.slice(0, 300)
