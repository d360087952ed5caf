/** Returns `wanted`, made longer until no column has this name: a name in SQL that is a column's means the column. */
export function unusedName(wanted: string, columns: readonly { name: string }[]): string {
  const taken = new Set(columns.map(c => c.name.toLowerCase()))
  let name = wanted
  while (taken.has(name.toLowerCase())) name += '_'
  return name
}
