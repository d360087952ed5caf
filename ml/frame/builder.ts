import { EngineError } from '../errors.ts'
import { toBoolean, toDatetime, toNumber, toText } from './cell.ts'
import type { Frame, FrameColumn, FrameColumnType } from './frame.ts'

/** `words` = [false word, true word] of a boolean column stored as text. */
export type ColumnSpec = { name: string; type: FrameColumnType; words?: readonly string[] }

export type FrameBuilder = {
  /** Adds rows given by column: `chunk[c][r]` in the order of the specs (compatible with DuckDB's `chunk.getColumns()`). */
  appendColumns(chunk: readonly ArrayLike<unknown>[]): void
  /** Adds one row per object; only own properties are read. */
  appendRows(rows: readonly object[]): void
  /** Returns the frame of everything added so far. Cells that do not match their column's type are missing. */
  build(): Frame
}

/** Appends chunks to typed columns without allocating an object per row. */
export function createFrameBuilder(specs: readonly ColumnSpec[]): FrameBuilder {
  let rows = 0
  let capacity = 0
  const stores = specs.map(createStore)
  const reserve = (extra: number) => {
    const needed = rows + extra
    if (needed <= capacity) return
    capacity = capacity === 0 ? needed : Math.max(needed, Math.ceil(capacity * 1.5))
    for (const store of stores) store.grow(capacity)
  }
  return {
    appendColumns(chunk) {
      if (chunk.length !== specs.length) {
        throw new EngineError('frame-width', `A chunk has ${chunk.length} columns where ${specs.length} are expected.`)
      }
      const extra = chunk[0]?.length ?? 0
      for (const [c, column] of chunk.entries()) {
        if (column.length !== extra) {
          throw new EngineError(
            'frame-height',
            `Column “${specs[c]!.name}” has ${column.length} rows, others ${extra}.`,
          )
        }
      }
      reserve(extra)
      for (let c = 0; c < stores.length; c++) {
        const set = stores[c]!.set
        const cells = chunk[c]!
        for (let i = 0; i < extra; i++) set(rows + i, cells[i])
      }
      rows += extra
    },
    appendRows(items) {
      reserve(items.length)
      for (let c = 0; c < stores.length; c++) {
        const { set } = stores[c]!
        const { name } = specs[c]!
        for (let i = 0; i < items.length; i++) {
          const item = items[i]!
          set(rows + i, Object.hasOwn(item, name) ? (item as Record<string, unknown>)[name] : null)
        }
      }
      rows += items.length
    },
    build() {
      const columns = new Map<string, FrameColumn>()
      for (const store of stores) {
        const column = store.finish(rows)
        columns.set(column.name, column)
      }
      return { rows, columns }
    },
  }
}

/** Builds a frame from chunks by column, such as a query result. */
export function frameFromChunks(specs: readonly ColumnSpec[], chunks: Iterable<readonly ArrayLike<unknown>[]>): Frame {
  const builder = createFrameBuilder(specs)
  for (const chunk of chunks) builder.appendColumns(chunk)
  return builder.build()
}

/** Builds a frame from JSON rows. */
export function frameFromRows(specs: readonly ColumnSpec[], rows: readonly object[]): Frame {
  const builder = createFrameBuilder(specs)
  builder.appendRows(rows)
  return builder.build()
}

type Store = {
  grow(capacity: number): void
  set(row: number, value: unknown): void
  finish(rows: number): FrameColumn
}

function createStore(spec: ColumnSpec): Store {
  const { name, type, words } = spec
  if (type === 'category') return createCategoryStore(name)
  if (type === 'text') {
    const values: (string | null)[] = []
    return {
      grow: () => {},
      set: (row, value) => {
        values[row] = toText(value)
      },
      finish: rows => ({ name, type, values: values.slice(0, rows) }),
    }
  }
  let values = new Float64Array(0)
  const convert =
    type === 'number' ? toNumber : type === 'datetime' ? toDatetime : (value: unknown) => toBoolean(value, words)
  return {
    grow: capacity => {
      const grown = new Float64Array(capacity)
      grown.set(values)
      values = grown
    },
    set: (row, value) => {
      values[row] = convert(value)
    },
    finish: rows => ({ name, type, values: values.slice(0, rows) }),
  }
}

function createCategoryStore(name: string): Store {
  let codes = new Int32Array(0)
  const dictionary: string[] = []
  const known = new Map<string, number>()
  return {
    grow: capacity => {
      const grown = new Int32Array(capacity)
      grown.set(codes)
      codes = grown
    },
    set: (row, value) => {
      const text = toText(value)
      if (text === null) {
        codes[row] = -1
        return
      }
      let code = known.get(text)
      if (code === undefined) {
        code = dictionary.length
        dictionary.push(text)
        known.set(text, code)
      }
      codes[row] = code
    },
    finish: rows => ({ name, type: 'category', codes: codes.slice(0, rows), dictionary: [...dictionary] }),
  }
}
