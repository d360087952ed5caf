export interface TableState {
  /** The column that orders the rows; `null`: the order of the data. */
  sort: { id: string; descending: boolean } | null
  /** Words to search for. */
  q: string
  /** Shown columns by id; `null`: the default ones. */
  cols: string[] | null
  /** Allowed values by column id. */
  facets: Record<string, string[]>
  /** The column whose equal values make groups. */
  group: string | null
}

/** `-rows` is by rows, largest first. */
export function parseSort(text: string): TableState['sort'] {
  const descending = text.startsWith('-')
  const id = descending ? text.slice(1) : text
  return id === '' ? null : { id, descending }
}

export const formatSort = (sort: TableState['sort']): string | null =>
  sort === null ? null : `${sort.descending ? '-' : ''}${sort.id}`

/** `state:failed|running,role:owner`; names and values are percent-encoded, so that separators may occur in them. */
export function parseFacets(text: string): TableState['facets'] {
  const facets: TableState['facets'] = {}
  for (const part of text.split(',')) {
    const at = part.indexOf(':')
    if (at < 1) continue
    const values = part
      .slice(at + 1)
      .split('|')
      .map(decode)
      .filter(Boolean)
    if (values.length > 0) facets[decode(part.slice(0, at))] = values
  }
  return facets
}

export function formatFacets(facets: TableState['facets']): string | null {
  const parts = Object.entries(facets)
    .filter(([, values]) => values.length > 0)
    .map(([id, values]) => `${encode(id)}:${values.map(encode).join('|')}`)
  return parts.length > 0 ? parts.join(',') : null
}

const encode = (text: string) => encodeURIComponent(text)

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** First click sorts, the second reverses, the third restores the default order. */
export function nextSort(now: TableState['sort'], id: string, descendingFirst: boolean): TableState['sort'] {
  if (now?.id !== id) return { id, descending: descendingFirst }
  return now.descending === descendingFirst ? { id, descending: !descendingFirst } : null
}

/** Numbers by size, texts by the numbers in them. */
export function compareCells(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}

/** Whether every word of the search occurs in the text. */
export function matchesSearch(text: string, q: string): boolean {
  const lower = text.toLowerCase()
  return q
    .toLowerCase()
    .split(/\s+/)
    .every(word => lower.includes(word))
}
