import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'

/** The chosen tab (`?tab=`). Choosing another one drops the table state of the one before: its columns are not those of the next table. */
export function useTab<const T extends string>(tabs: readonly T[], first: T) {
  const [{ tab }, set] = useQueryStates({
    tab: parseAsStringLiteral(tabs).withDefault(first),
    sort: parseAsString,
    q: parseAsString,
    cols: parseAsString,
    filter: parseAsString,
    group: parseAsString,
  })
  const setTab = (value: string | null) =>
    void set({
      tab: tabs.find(t => t === value) ?? null,
      sort: null,
      q: null,
      cols: null,
      filter: null,
      group: null,
    })
  return [tab, setTab] as const
}
