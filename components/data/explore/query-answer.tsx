import { Alert, Anchor, Button, Group, Loader, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import Link from 'next/link'
import type { QueryAnswer } from '#server/data/queries/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { useTRPC } from '../../trpc.ts'
import { paths } from '../../ui/paths.ts'
import { useIngestion } from '../client.ts'
import classes from './explore.module.css'
import { answerSentence, faultyLine, formatErrorPosition } from './labels.ts'
import { ResultGrid } from './result-grid.tsx'

/** What came of a query: its rows, or what is wrong with it and where. */
export function QueryAnswerView({ project, answer }: { project: string; answer: QueryAnswer }) {
  const cancel = useMutation(useTRPC().data.queries.cancel.mutationOptions())
  if (isActive(answer.state))
    return (
      <Group gap="sm" role="status">
        <Loader size="xs" aria-hidden />
        <Text size="sm" c="dimmed">
          {answerSentence(answer)}
        </Text>
        <Button
          variant="default"
          size="compact-sm"
          loading={cancel.isPending}
          onClick={() => cancel.mutate({ project, id: answer.id })}
        >
          Cancel
        </Button>
      </Group>
    )
  if (answer.state === 'failed') {
    const place = formatErrorPosition(answer)
    const line = faultyLine(answer.sql, answer)
    return (
      <Alert color="red" variant="light" role="alert" title={answerSentence(answer)}>
        {place ? `${place}. ` : ''}
        {answer.hint}
        {line ? (
          <pre className={classes.fault}>
            {line.before}
            <mark>{line.after || ' '}</mark>
          </pre>
        ) : null}
      </Alert>
    )
  }
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed" role="status">
        {answerSentence(answer)}
        {answer.truncated ? '  Add LIMIT or a filter, or save the whole result as a version.' : ''}
      </Text>
      {answer.saveAs !== null && answer.ingestion !== null ? (
        <Saved project={project} dataset={answer.saveAs} ingestion={answer.ingestion} />
      ) : null}
      {answer.columns.length > 0 ? <ResultGrid answer={answer} /> : null}
    </Stack>
  )
}

function Saved({ project, dataset, ingestion }: { project: string; dataset: string; ingestion: string }) {
  const { data } = useIngestion(project, ingestion)
  if (data?.state === 'failed')
    return (
      <Alert color="red" variant="light" role="alert" title="The result was not saved.">
        {data.reason}
      </Alert>
    )
  if (data?.state !== 'succeeded')
    return (
      <Group gap="sm" role="status">
        <Loader size="xs" aria-hidden />
        <Text size="sm">Saving the result as the next version of {dataset}…</Text>
      </Group>
    )
  return (
    <Alert variant="default" role="status" title={data.created ? 'Saved.' : 'An identical version exists.'}>
      <Anchor component={Link} size="sm" href={paths.dataset(project, dataset, { v: data.version })}>
        {dataset} v{data.version}
      </Anchor>{' '}
      contains these rows{data.created ? '; its lineage links to the query' : ''}.
    </Alert>
  )
}
