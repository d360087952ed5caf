import type { FieldPacket } from 'mysql2'
import mysql from 'mysql2'

const T = mysql.Types
const BINARY_CHARSET = 63
const NAMES: Record<number, string> = {
  [T.DECIMAL]: 'decimal',
  [T.NEWDECIMAL]: 'decimal',
  [T.TINY]: 'tinyint',
  [T.SHORT]: 'smallint',
  [T.LONG]: 'int',
  [T.INT24]: 'mediumint',
  [T.LONGLONG]: 'bigint',
  [T.FLOAT]: 'float',
  [T.DOUBLE]: 'double',
  [T.TIMESTAMP]: 'timestamp',
  [T.DATE]: 'date',
  [T.NEWDATE]: 'date',
  [T.DATETIME]: 'datetime',
  [T.TIME]: 'time',
  [T.YEAR]: 'year',
  [T.BIT]: 'bit',
  [T.JSON]: 'json',
  [T.ENUM]: 'enum',
  [T.SET]: 'set',
  [T.GEOMETRY]: 'geometry',
}
const STRINGS = new Set([T.VARCHAR, T.VAR_STRING, T.STRING, T.TINY_BLOB, T.MEDIUM_BLOB, T.LONG_BLOB, T.BLOB])

export interface CellWriter {
  /** Type of the column as the database names it. */
  type: string
  /** Returns the CSV text of a value; null stays missing. */
  text(value: Buffer | null): string | null
  zeroDates(): number
}

/**
 * Returns how a column is written. Uses the text of the server, so that decimals and 64-bit numbers keep every digit. Dates are ISO,
 * TIMESTAMP values are marked as UTC, bytes are hex as in PostgreSQL, BIT is a number. BOOLEAN is TINYINT, which may hold any small number,
 * so it stays a number.
 */
export function mysqlCell(field: FieldPacket): CellWriter {
  const type = field.columnType ?? field.type ?? T.VAR_STRING
  const binary = (STRINGS.has(type) && field.characterSet === BINARY_CHARSET) || type === T.GEOMETRY
  let zeros = 0
  const text = (value: Buffer | null): string | null => {
    if (value === null) return null
    if (binary) return `\\x${value.toString('hex')}`
    if (type === T.BIT) return BigInt(`0x${value.toString('hex') || '0'}`).toString()
    const words = value.toString('utf8')
    if (type === T.DATE || type === T.NEWDATE || type === T.DATETIME || type === T.TIMESTAMP) {
      if (words.startsWith('0000-00-00')) {
        zeros++
        return null
      }
      return type === T.TIMESTAMP ? `${words}+00` : words
    }
    return words
  }
  return { type: binary && type !== T.GEOMETRY ? 'binary' : (NAMES[type] ?? 'text'), text, zeroDates: () => zeros }
}
