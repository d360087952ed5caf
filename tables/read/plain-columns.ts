import { type DuckDBConnection, quoteIdentifier as id } from '../duckdb.ts'
import type { IngestNote } from './contract.ts'
import type { ReadColumn } from './read-columns.ts'

interface Column {
  name: string
  type: string
}

const COLUMNS_AT_ONCE = 100
const isFloat = (type: string) => type === 'DOUBLE' || type === 'FLOAT'
/** Integers that a double may not hold. */
const isWide = (type: string) => /^(BIGINT|UBIGINT|HUGEINT|UHUGEINT)$/.test(type) || /^DECIMAL\(\d+,0\)$/.test(type)
const isNested = (type: string) => /[[(]|^(STRUCT|MAP|UNION)/.test(type) && !/^(DECIMAL|ENUM)/.test(type)

/** Maps the typed columns of a file to BIGINT, DOUBLE, BOOLEAN, DATE, TIMESTAMP, TIMESTAMP WITH TIME ZONE or VARCHAR. */
export async function plainColumns(db: DuckDBConnection, columns: readonly Column[]): Promise<Map<string, ReadColumn>> {
  const read = new Map<string, ReadColumn>()
  const numbers = columns.filter(c => isFloat(c.type) || isWide(c.type))
  const counts = new Map<string, number>()
  for (let i = 0; i < numbers.length; i += COLUMNS_AT_ONCE) {
    const part = numbers.slice(i, i + COLUMNS_AT_ONCE)
    const sql = part.map(({ name, type }) =>
      isFloat(type)
        ? `count_if(NOT isfinite(${id(name)}))::DOUBLE`
        : `count_if(${id(name)} > 9007199254740992 OR ${id(name)} < -9007199254740992)::DOUBLE`,
    )
    const [row] = (await db.runAndReadAll(`SELECT ${sql.join(', ')} FROM source`)).getRowsJson() as number[][]
    for (const [k, c] of part.entries()) counts.set(c.name, row![k]!)
  }
  for (const column of columns) read.set(column.name, plainColumn(column, counts.get(column.name) ?? 0))
  return read
}

function plainColumn({ name, type }: Column, odd: number): ReadColumn {
  const c = id(name)
  const as = (expression: string, notes: IngestNote[] = [], format: ReadColumn['format'] = {}): ReadColumn => ({
    name,
    expression,
    format,
    notes,
  })
  if (isNested(type))
    return as(`to_json(${c})::VARCHAR`, [{ code: 'nested-as-json', facts: { column: name } }], {
      missing: [],
      json: true,
    })
  if (isFloat(type))
    return odd > 0
      ? as(`CASE WHEN isfinite(${c}) THEN ${c}::DOUBLE END`, [
          { code: 'not-finite', facts: { column: name, cells: odd } },
        ])
      : as(type === 'DOUBLE' ? c : `${c}::DOUBLE`)
  if (isWide(type))
    return odd > 0
      ? as(`${c}::VARCHAR`, [{ code: 'code-kept', facts: { column: name, reason: 'digits' } }], {
          missing: [],
          code: true,
        })
      : as(type === 'BIGINT' ? c : `${c}::BIGINT`)
  if (/^(UTINYINT|USMALLINT|UINTEGER|TINYINT|SMALLINT|INTEGER)$/.test(type)) return as(`${c}::BIGINT`)
  if (/^(BOOLEAN|DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE)$/.test(type)) return as(c)
  if (type.startsWith('DECIMAL')) return as(`${c}::DOUBLE`)
  if (/^TIMESTAMP_/.test(type)) return as(`${c}::TIMESTAMP`)
  return as(`${c}::VARCHAR`, [], { missing: [] })
}
