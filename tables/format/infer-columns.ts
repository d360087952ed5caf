import { MISSING_IN_TEXT, MISSING_WORDS } from '#ml/cells/column-format.ts'
import type { ColumnDecision, VersionColumn } from '../contract.ts'
import { TableError } from '../errors.ts'
import type { ReadPlan } from './compile-sql.ts'
import type { ColumnCells } from './group-cells.ts'
import { type ColumnReading, type Evidence, inferFormat } from './infer-format.ts'
import { isWhole } from './number-format.ts'

export interface FormatContext {
  decided: ReadonlyMap<string, ColumnDecision>
  /** Columns of the earlier version, whose formats come first. */
  before: ReadonlyMap<string, VersionColumn>
  /** false: no format is applied; others are offered as decisions. */
  apply?: boolean
}

export interface FoundReading extends ColumnReading {
  /** The format of the earlier version does not fit any more. */
  changed?: boolean
}

type Asked = { type: VersionColumn['type']; format: NonNullable<VersionColumn['format']>; instant?: boolean }

/** Share of cells that must fit the earlier version's format. */
const KEEP_SHARE = 0.99

/** Infers how each column is read. A user's format comes first, then the earlier version's, then what the cells show; columns that could be read in two ways are decided by the others. */
export async function inferColumns(columns: readonly ColumnCells[], context: FormatContext): Promise<FoundReading[]> {
  const readings: FoundReading[] = []
  for (const cells of columns) readings.push(await readOne(cells, context, {}))
  const evidence = agree([...readings.map(r => r.evidence), ...[...context.before.values()].map(evidenceOf)])
  if (evidence.decimal === undefined && evidence.dayFirst === undefined) return readings
  for (const [i, { ambiguous }] of readings.entries()) {
    const known = ambiguous?.kind === 'decimal-mark' ? evidence.decimal : evidence.dayFirst
    if (ambiguous && known !== undefined) readings[i] = await readOne(columns[i]!, context, evidence)
  }
  return readings
}

/** Returns what all columns with evidence agree on. */
function agree(list: readonly Evidence[]): Evidence {
  const one = <T>(values: (T | undefined)[]): T | undefined => {
    const different = new Set(values.filter(v => v !== undefined))
    return different.size === 1 ? [...different][0] : undefined
  }
  return { decimal: one(list.map(e => e.decimal)), dayFirst: one(list.map(e => e.dayFirst)) }
}

function evidenceOf({ format }: VersionColumn): Evidence {
  const pattern = format?.datetime?.patterns?.find(p => /%d.%m|%m.%d/.test(p) && !p.startsWith('%Y'))
  return {
    ...(format?.number ? { decimal: format.number.decimal } : {}),
    ...(pattern ? { dayFirst: pattern.indexOf('%d') < pattern.indexOf('%m') } : {}),
  }
}

async function readOne(cells: ColumnCells, context: FormatContext, evidence: Evidence): Promise<FoundReading> {
  const decision = context.decided.get(cells.name)
  const before = context.before.get(cells.name)
  if (decision?.format) {
    const type = decision.type ?? typeOfFormat(decision.format)
    const found = await readAs(cells, { type, format: decision.format, instant: before?.clock === 'instant' })
    if (found.read === 0 && found.reading.real > 0)
      throw new TableError('invalid', `“${cells.name}” cannot be read as ${type} under this format: no cell fits.`, {
        hint: `Cells are such as ${cells.groups
          .slice(0, 3)
          .map(g => `“${g.texts[0]!.slice(0, 40)}”`)
          .join(', ')}.`,
      })
    return found.reading
  }
  if (before?.format && context.apply !== false) {
    const asked = { type: before.type, format: before.format, instant: before.clock === 'instant' }
    const found = await readAs(cells, typeOfStored(before) === 'words' ? { ...asked, type: 'text' } : asked)
    const { plan, real } = found.reading
    if (plan.as !== 'text' || before.format.code) {
      if (found.read >= real * KEEP_SHARE) return found.reading
      return { ...(await inferFormat(cells, evidence)), changed: true }
    }
  }
  const reading = await inferFormat(cells, evidence)
  const { conversion } = reading
  // A type that a user chose is followed where most cells allow it.
  if (
    conversion &&
    (decision?.type === conversion.type || (decision?.type === 'number' && conversion.type === 'integer'))
  )
    return (await readAs(cells, { type: conversion.type, format: conversion.format })).reading
  return reading
}

const typeOfFormat = (format: Asked['format']): VersionColumn['type'] =>
  format.number ? 'number' : format.datetime ? 'datetime' : 'text'
const typeOfStored = ({ stored, type }: VersionColumn) =>
  stored ?? (type === 'number' || type === 'integer' ? type : 'words')

/** Reads a column under a given format. `read`: the cells that fit. */
async function readAs(cells: ColumnCells, asked: Asked): Promise<{ reading: FoundReading; read: number }> {
  const { type, format } = asked
  const plan = planOf(cells, asked)
  const missing = new Set(format.missing ?? [])
  const isMissing = (text: string) =>
    missing.has(text) || (plan.as === 'text' ? text === '' : MISSING_WORDS.has(text.toLowerCase()))
  const real = cells.present - cells.groups.reduce((n, g) => n + (g.texts.every(isMissing) ? g.cells : 0), 0)
  const read = plan.as === 'text' ? real : await cells.count(plan)
  return { reading: { plan, real, read, evidence: evidenceOf({ type, format } as VersionColumn) }, read }
}

function planOf(cells: ColumnCells, { type, format, instant }: Asked): ReadPlan {
  const zone = instant ? { instant } : {}
  if (type === 'datetime') return { as: 'datetime', format, ...zone }
  if (type === 'boolean') return { as: 'boolean', format }
  if (type !== 'number' && type !== 'integer')
    return { as: 'text', format: { missing: [...MISSING_IN_TEXT], ...format } }
  const number = format.number ?? { decimal: '.' as const }
  const whole = cells.groups.every(g => g.texts.every(t => !/[0-9]/.test(t) || isWhole(t, number)))
  return { as: whole ? 'integer' : 'number', format }
}
