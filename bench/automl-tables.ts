import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type Frame, frameFromRows, frameSpecs, type Schema, type SchemaColumn, type Task } from '../ml/index.ts'

/** A table for AutoML: what is predicted, and by what its rows are divided for the outer measure. */
export type AutomlTable = {
  name: string
  task: Task
  target: string
  schema: Schema
  frame: Frame
  rows: Record<string, string | number | null>[]
  /** Column of time: the latest rows are held out; else rows at random, seeded. */
  time?: string
}

type Source = {
  file: string
  task: Task
  target: string
  time?: string
  drop?: string[]
  categories?: string[]
  missing?: string[]
}

/** Column by column what a person would say about these files. `drop`: parts of the target, row numbers, and the time said twice. */
const SOURCES: Record<string, Source> = {
  'adult-income': { file: 'data/adult-income.csv.gz', task: 'binary', target: 'income', missing: ['?'] },
  'california-housing': { file: 'california-housing.csv', task: 'regression', target: 'median_house_value' },
  'telco-churn': { file: 'telco-churn.csv', task: 'binary', target: 'churn' },
  'bike-sharing-hourly': {
    file: '../bin/sample-data/bike-sharing-hourly.csv',
    task: 'regression',
    target: 'cnt',
    time: 'at',
    drop: ['instant', 'casual', 'registered', 'dteday'],
  },
  'hotel-rates': {
    file: 'data/hotel-rates.csv.gz',
    task: 'regression',
    target: 'avg_price_per_room',
    time: 'arrival_date',
    missing: ['not_applicable'],
  },
}

/** Those whose licence does not say that they may be handed on lie in the folder that FLEXIML_BENCH_DATA names. */
function fileOf(source: Source): URL | null {
  if (source.file.includes('/')) return new URL(source.file, import.meta.url)
  const folder = process.env.FLEXIML_BENCH_DATA
  return folder ? pathToFileURL(join(folder, source.file)) : null
}

export const automlTables = (): string[] => Object.keys(SOURCES).filter(name => fileOf(SOURCES[name]!) !== null)

/** Comma-separated values without quotes, which these files do not use. */
export function readTable(name: string): AutomlTable {
  const source = SOURCES[name]!
  const bytes = readFileSync(fileOf(source)!)
  const text = (source.file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  const [head, ...lines] = text.trimEnd().split(/\r?\n/)
  const names = head!.split(',')
  const missing = new Set(['', 'NA', ...(source.missing ?? [])])
  const cells = lines.map(line => line.split(',').map(cell => (missing.has(cell) ? null : cell)))
  const rows = cells.map(line => Object.fromEntries(names.map((column, c) => [column, line[c] ?? null])))
  if (name === 'bike-sharing-hourly') {
    for (const row of rows) row.at = `${row.dteday}T${String(row.hr).padStart(2, '0')}:00:00`
    names.push('at')
  }
  const kept = names.filter((column, c) => !source.drop?.includes(column) && names.indexOf(column) === c)
  const columns = kept.map((column): SchemaColumn => {
    const numeric = rows.every(row => row[column] === null || Number.isFinite(Number(row[column])))
    if (column === source.time) return { name: column, type: 'datetime', role: 'time', nullable: false }
    if (column === source.target) {
      return {
        name: column,
        type: source.task === 'regression' ? 'number' : 'category',
        role: 'target',
        nullable: false,
      }
    }
    return { name: column, type: numeric ? 'number' : 'category', role: 'feature', nullable: true }
  })
  const numbers = new Set(columns.filter(column => column.type === 'number').map(column => column.name))
  const typed = rows.map(row =>
    Object.fromEntries(
      kept.map(column => {
        const cell = row[column] ?? null
        return [column, cell !== null && numbers.has(column) ? Number(cell) : cell]
      }),
    ),
  )
  const schema: Schema = { columns }
  return {
    name,
    task: source.task,
    target: source.target,
    schema,
    rows: typed,
    frame: frameFromRows(frameSpecs(schema), typed),
    ...(source.time ? { time: source.time } : {}),
  }
}
