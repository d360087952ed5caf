import { createWriteStream } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { nameList } from '../contract.ts'
import { TableError } from '../errors.ts'
import { type IngestNote, offerCode } from './contract.ts'
import { unzipTo, type ZipEntry } from './unzip.ts'

/** A sheet is read as one text. */
const MAX_PART_BYTES = 256 * 2 ** 20
const DAY_MS = 86_400_000

export const isWorkbook = (entries: readonly ZipEntry[]): boolean => entries.some(e => e.name === 'xl/workbook.xml')

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const decode = (xml: string): string =>
  xml.includes('&') || xml.includes('_x')
    ? xml
        .replace(/&(#x?[0-9a-fA-F]+|[a-z]+);/g, (all, name: string) =>
          name.startsWith('#')
            ? String.fromCodePoint(Number(name[1] === 'x' ? `0${name.slice(1)}` : name.slice(1)) || 0xfffd)
            : (ENTITIES[name] ?? all),
        )
        .replace(/_x([0-9A-F]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : xml
const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return found === undefined ? undefined : decode(found)
}
/** The text of a string: its runs, without phonetic hints. */
const textOf = (xml: string): string =>
  decode(
    [...xml.replace(/<rPh[\s\S]*?<\/rPh>/g, '').matchAll(/<t(?:\s[^>]*)?>([\s\S]*?)<\/t>/g)].map(m => m[1]).join(''),
  )

/**
 * Writes a sheet of an Excel workbook as CSV into `target`: dates as ISO 8601, numbers as stored, formulas by their last value. `sheet`: its
 * name; absent: the first visible one.
 */
export async function writeSheet(
  path: string,
  fileName: string,
  entries: readonly ZipEntry[],
  target: string,
  sheet?: string,
  signal?: AbortSignal,
): Promise<IngestNote[]> {
  const part = async (name: string): Promise<string | undefined> => {
    const entry = entries.find(e => e.name.toLowerCase() === name.toLowerCase())
    if (!entry) return undefined
    const at = `${target}.part`
    await unzipTo(path, fileName, entry, at, signal)
    try {
      if ((await stat(at)).size > MAX_PART_BYTES)
        throw new TableError('too_large', `A sheet of ${fileName} has more than ${MAX_PART_BYTES >> 20} MB.`, {
          hint: 'Save it as CSV, which is read in pieces.',
        })
      return await readFile(at, 'utf8')
    } finally {
      await rm(at, { force: true })
    }
  }
  const workbook = (await part('xl/workbook.xml')) ?? ''
  const sheets = [...workbook.matchAll(/<sheet\s[^>]*>/g)].map(([tag]) => ({
    name: attribute(tag, 'name') ?? '',
    id: attribute(tag, 'r:id') ?? '',
    hidden: attribute(tag, 'state') !== undefined && attribute(tag, 'state') !== 'visible',
  }))
  const chosen = sheet === undefined ? (sheets.find(s => !s.hidden) ?? sheets[0]) : sheets.find(s => s.name === sheet)
  if (!chosen)
    throw new TableError('invalid', `${fileName} has no sheet ${sheet === undefined ? '' : `“${sheet}”`}.`, {
      hint: `Its sheets are ${sheets.map(s => `“${s.name}”`).join(', ')}.`,
      reasonCode: offerCode({ option: 'sheet' }),
    })
  const relations = (await part('xl/_rels/workbook.xml.rels')) ?? ''
  const relation = [...relations.matchAll(/<Relationship\s[^>]*>/g)].find(
    ([tag]) => attribute(tag, 'Id') === chosen.id,
  )?.[0]
  const file = attribute(relation ?? '', 'Target')?.replace(/^\/?(xl\/)?/, 'xl/')
  const xml = file && (await part(file))
  if (!xml) throw new TableError('invalid', `The sheet “${chosen.name}” of ${fileName} cannot be read.`)
  const strings = [...((await part('xl/sharedStrings.xml')) ?? '').matchAll(/<si>([\s\S]*?)<\/si>|<si\/>/g)].map(m =>
    textOf(m[1] ?? ''),
  )
  const isDate = dateStyles((await part('xl/styles.xml')) ?? '')
  const from1904 = /<workbookPr\s[^>]*date1904="(1|true)"/.test(workbook)
  await pipeline(Readable.from(rowsOf(xml, { strings, isDate, from1904 })), createWriteStream(target), { signal })
  const others = sheets.filter(s => s !== chosen && !s.hidden).map(s => s.name)
  return [{ code: 'sheet-read', facts: { file: fileName, sheet: chosen.name, others: nameList(others) } }]
}

/** Returns which cell styles are dates, by their number formats. */
function dateStyles(styles: string): (style: number) => boolean {
  const custom = new Map(
    [...styles.matchAll(/<numFmt\s[^>]*>/g)].map(([tag]) => [
      Number(attribute(tag, 'numFmtId')),
      attribute(tag, 'formatCode') ?? '',
    ]),
  )
  const cells = /<cellXfs[\s\S]*?<\/cellXfs>/.exec(styles)?.[0] ?? ''
  const dates = [...cells.matchAll(/<xf\s[^>]*>/g)].map(([tag]) => {
    const id = Number(attribute(tag, 'numFmtId'))
    if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58))
      return true
    const code = custom.get(id)?.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, '') ?? ''
    return /[ymdhs]/i.test(code) && !/general/i.test(code)
  })
  return style => dates[style] ?? false
}

interface SheetContext {
  strings: readonly string[]
  isDate: (style: number) => boolean
  from1904: boolean
}

const columnOf = (reference: string): number => {
  let n = 0
  for (const ch of reference) {
    if (ch < 'A' || ch > 'Z') break
    n = n * 26 + ch.charCodeAt(0) - 64
  }
  return n - 1
}
const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** Yields the rows of a sheet as lines of CSV, all as wide as the widest of the first ones. */
function* rowsOf(xml: string, context: SheetContext): Generator<string> {
  const width = widthOf(xml)
  for (const [, row = ''] of xml.matchAll(/<row(?:\s[^>]*)?(?:\/>|>([\s\S]*?)<\/row>)/g)) {
    const cells: string[] = Array.from({ length: width }, () => '')
    let next = 0
    for (const [, attributes = '', body = ''] of row.matchAll(/<c((?:\s[^>]*?)?)(?:\/>|>([\s\S]*?)<\/c>)/g)) {
      const reference = attribute(attributes, 'r')
      const at = reference ? columnOf(reference) : next
      next = at + 1
      if (at >= 0 && at < width) cells[at] = cellText(attributes, body, context)
    }
    if (cells.some(c => c !== '')) yield `${cells.map(c => (c === '' ? '' : quote(c))).join(',')}\n`
  }
}

function widthOf(xml: string): number {
  let width = 0
  for (const [, reference = ''] of xml.matchAll(/<c\s[^>]*?r="([A-Z]+)\d+"[^>]*?>\s*<(?:v|is|f)/g))
    width = Math.max(width, columnOf(reference) + 1)
  return Math.min(width, 16_384)
}

function cellText(attributes: string, body: string, { strings, isDate, from1904 }: SheetContext): string {
  const type = attribute(attributes, 't')
  if (type === 'inlineStr') return textOf(body)
  const value = decode(/<v(?:\s[^>]*)?>([\s\S]*?)<\/v>/.exec(body)?.[1] ?? '')
  if (value === '') return ''
  if (type === 's') return strings[Number(value)] ?? ''
  if (type === 'b') return value === '1' ? 'true' : 'false'
  if (type !== undefined && type !== 'n') return value
  if (!isDate(Number(attribute(attributes, 's') ?? 0))) return plainNumber(value)
  const days = Number(value)
  if (!Number.isFinite(days)) return value
  // Excel counts 29 February 1900, which was none.
  const since = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30)
  const iso = new Date(since + Math.round(days * 86_400) * 1000).toISOString()
  if (days < 1 && !from1904) return iso.slice(11, 19)
  return Math.abs(days - Math.round(days)) * DAY_MS < 500 ? iso.slice(0, 10) : iso.slice(0, 19)
}

/** Numbers are stored in binary: 0.30000000000000004 was written as 0.3. */
const plainNumber = (value: string): string => {
  const number = Number(value)
  return Number.isFinite(number) && /[.eE]/.test(value) ? String(Number(number.toPrecision(15))) : value
}
