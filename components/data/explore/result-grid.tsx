import { Text } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { QueryAnswer, QueryCell } from '#server/data/queries/contract.ts'
import classes from './explore.module.css'
import { isNumeric } from './labels.ts'

const ROW_HEIGHT = 30
const HEIGHT = 420

function Cell({ value }: { value: QueryCell }) {
  if (value === null)
    return (
      <Text span size="sm" c="dimmed" fs="italic">
        missing
      </Text>
    )
  return <>{String(value)}</>
}

/** Thousands of rows, of which only those in view are drawn. The headings stay. */
export function ResultGrid({ answer }: { answer: QueryAnswer }) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: answer.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  })
  const drawn = rows.getVirtualItems()
  const above = drawn[0]?.start ?? 0
  const below = rows.getTotalSize() - (drawn.at(-1)?.end ?? 0)
  const span = answer.columns.length + 1
  return (
    <section
      ref={scroller}
      className={classes.grid}
      style={{ maxHeight: HEIGHT }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      aria-label="Rows of the answer"
    >
      <table className={classes.table} aria-rowcount={answer.rows.length + 1}>
        <thead>
          <tr>
            <th scope="col">
              <Text span size="xs" c="dimmed">
                Row
              </Text>
            </th>
            {answer.columns.map((c, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
              <th key={i} scope="col" data-numeric={isNumeric(c.type) || undefined}>
                {c.name}
                <Text size="xs" c="dimmed" fw={400}>
                  {c.type.toLowerCase()}
                </Text>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 ? (
            <tr aria-hidden>
              <td colSpan={span} style={{ height: above, padding: 0 }} />
            </tr>
          ) : null}
          {drawn.map(({ index, key }) => (
            <tr key={key} aria-rowindex={index + 2} style={{ height: ROW_HEIGHT }}>
              <td className={classes.number}>{(index + 1).toLocaleString('en')}</td>
              {answer.rows[index]!.map((value, i) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells have no other identity than their place
                  key={i}
                  data-numeric={isNumeric(answer.columns[i]?.type ?? '') || undefined}
                  title={typeof value === 'string' && value.length > 40 ? value.slice(0, 500) : undefined}
                >
                  <Cell value={value} />
                </td>
              ))}
            </tr>
          ))}
          {below > 0 ? (
            <tr aria-hidden>
              <td colSpan={span} style={{ height: below, padding: 0 }} />
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  )
}
