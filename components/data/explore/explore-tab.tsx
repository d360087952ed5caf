'use client'
import { Button, Code, Group, Kbd, Stack, Text, Textarea, UnstyledButton } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import { type RefObject, useRef, useState } from 'react'
import { MAX_SQL_CHARACTERS, QUERY_LIMITS } from '#server/data/queries/contract.ts'
import { Allowed } from '../../access/allowed.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Time } from '../../ui/time.tsx'
import type { Shown } from '../client.ts'
import { useAnswer, useHistory, useRunQuery } from './client.ts'
import classes from './explore.module.css'
import { answerSentence, sqlName } from './labels.ts'
import { QueryAnswerView } from './query-answer.tsx'
import { SaveAnswer } from './save-answer.tsx'

const FIRST = 'SELECT *\nFROM data\nLIMIT 100'
/** More columns are found in the Schema tab. */
const MOST_COLUMNS = 60

/** Runs SQL on this version (table `data`). The shown query is in the URL. */
export function ExploreTab({ project, shown }: { project: string; shown: Shown }) {
  const [id, setId] = useQueryState('q', parseAsString)
  const [sql, setSql] = useState<string>()
  const editor = useRef<HTMLTextAreaElement>(null)
  const { data: answer, error } = useAnswer(project, id)
  const run = useRunQuery(project)
  const text = sql ?? answer?.sql ?? FIRST
  const dataset = `${shown.dataset}@${shown.version}`
  const start = (saveAs?: string) => {
    // Keeps the text while the new query in the URL has no result yet.
    setSql(text)
    run.mutate({ dataset, sql: text, saveAs }, { onSuccess: ({ id }) => setId(id) })
  }

  /** Inserts at the cursor and moves it behind the name. */
  function insert(name: string) {
    const area = editor.current
    const [from, to] = [area?.selectionStart ?? text.length, area?.selectionEnd ?? text.length]
    const written = sqlName(name)
    setSql(text.slice(0, from) + written + text.slice(to))
    requestAnimationFrame(() => {
      area?.focus()
      area?.setSelectionRange(from + written.length, from + written.length)
    })
  }

  return (
    <Stack gap="md">
      <Panel title="SQL" note={<TableNote version={shown.version} />}>
        <Stack gap="sm">
          <Editor editor={editor} text={text} onChange={setSql} onRun={() => run.isPending || start()} />
          <RunBar
            project={project}
            dataset={shown.dataset}
            isPending={run.isPending}
            isEmpty={text.trim() === ''}
            onRun={start}
          />
          <Columns shown={shown} onChoose={insert} />
        </Stack>
      </Panel>
      {run.error ? <Problem error={run.error} /> : null}
      {error ? <Problem error={error} /> : null}
      {answer ? <QueryAnswerView project={project} answer={answer} /> : null}
      <History
        project={project}
        dataset={shown.dataset}
        current={id}
        onChoose={query => {
          setSql(query.sql)
          setId(query.id)
        }}
      />
    </Stack>
  )
}

function TableNote({ version }: { version: number }) {
  return (
    <>
      v{version} is the table <Code>data</Code>, read-only
    </>
  )
}

function Editor({
  editor,
  text,
  onChange,
  onRun,
}: {
  editor: RefObject<HTMLTextAreaElement | null>
  text: string
  onChange: (sql: string) => void
  onRun: () => void
}) {
  return (
    <Textarea
      ref={editor}
      className={classes.editor}
      aria-label="Query"
      autosize
      minRows={5}
      maxRows={20}
      spellCheck={false}
      autoCapitalize="off"
      autoCorrect="off"
      maxLength={MAX_SQL_CHARACTERS}
      value={text}
      onChange={e => onChange(e.currentTarget.value)}
      onKeyDown={e => {
        if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey)) return
        e.preventDefault()
        onRun()
      }}
    />
  )
}

function RunBar({
  project,
  dataset,
  isPending,
  isEmpty,
  onRun,
}: {
  project: string
  dataset: string
  isPending: boolean
  isEmpty: boolean
  onRun: (saveAs?: string) => void
}) {
  return (
    <Group justify="space-between" gap="xs">
      <Group gap="xs">
        <Button onClick={() => onRun()} loading={isPending} disabled={isEmpty}>
          Run
        </Button>
        <Allowed project={project} to="data:write">
          <SaveAnswer dataset={dataset} disabled={isPending || isEmpty} onSave={onRun} />
        </Allowed>
      </Group>
      <Text size="xs" c="dimmed">
        <Kbd size="xs">Ctrl</Kbd> or <Kbd size="xs">⌘</Kbd> with <Kbd size="xs">Enter</Kbd> runs the query; at most{' '}
        {QUERY_LIMITS.rows.toLocaleString('en')} rows, time limit {QUERY_LIMITS.milliseconds / 1000} s
      </Text>
    </Group>
  )
}

/** Columns; choosing one inserts it at the cursor. */
function Columns({ shown, onChoose }: { shown: Shown; onChoose: (name: string) => void }) {
  const columns = shown.schema.slice(0, MOST_COLUMNS)
  return (
    <Group gap={6} role="group" aria-label="Insert a column">
      {columns.map(c => (
        <Button
          key={c.name}
          variant="default"
          size="compact-xs"
          fw={400}
          ff="monospace"
          title={`${c.type}, ${c.role}`}
          onClick={() => onChoose(c.name)}
        >
          {c.name}
        </Button>
      ))}
      {shown.schema.length > MOST_COLUMNS ? (
        <Text size="xs" c="dimmed">
          and {shown.schema.length - MOST_COLUMNS} more, in the Schema tab
        </Text>
      ) : null}
    </Group>
  )
}

function History({
  project,
  dataset,
  current,
  onChoose,
}: {
  project: string
  dataset: string
  current: string | null
  onChoose: (query: { id: string; sql: string }) => void
}) {
  const { data } = useHistory(project, dataset)
  if (!data || data.items.length === 0) return null
  return (
    <Panel title="Query history" note={`last ${QUERY_LIMITS.keptHours} hours; visible only to you`}>
      <Stack gap={2} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {data.items.map(query => (
          <li key={query.id}>
            <UnstyledButton
              w="100%"
              py={4}
              aria-current={query.id === current || undefined}
              onClick={() => onChoose(query)}
            >
              <Text size="sm" ff="monospace" truncate fw={query.id === current ? 600 : 400}>
                {query.sql.replace(/\s+/g, ' ')}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                v{query.version}, <Time at={query.createdAt} />: {answerSentence(query)}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </Stack>
    </Panel>
  )
}
