import { Alert, Button, List, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { formatCount } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { type Ingestion, type Shown, useIngestion } from './client.ts'
import { useColumnChanges } from './column-changes.ts'
import { ColumnTable } from './column-table.tsx'
import { ReviewBar } from './review-bar.tsx'

/** Lists where a version differs from the column overrides. */
export function ContractBreaks({ breaks }: { breaks: string[] }) {
  if (breaks.length === 0) return null
  return (
    <Alert color="orange" variant="light" title={`${formatCount(breaks.length, 'schema violation')} in this version`}>
      <List size="sm" spacing={2}>
        {breaks.map(sentence => (
          <List.Item key={sentence}>{sentence}</List.Item>
        ))}
      </List>
      <Text size="sm" mt="xs">
        The version is kept unchanged. Fix the source and add the data again, or change the overrides below.
      </Text>
    </Alert>
  )
}

/** The state of reading the files again under another format. */
function Rereading({ ingestion }: { ingestion: Ingestion }) {
  const failed = ingestion.state === 'failed'
  return (
    <Alert color={failed ? 'red' : 'blue'} variant="light" aria-live="polite">
      {failed
        ? `The files could not be read again: ${ingestion.reason}`
        : ingestion.state === 'succeeded'
          ? `Read again as v${ingestion.version}.`
          : 'Reading the files again…'}
    </Alert>
  )
}

/** Reviews inferred types and roles; overrides apply to this and future versions. */
export function SchemaReview({ project, shown }: { project: string; shown: Shown }) {
  const { changes, change, decisions, invalid, mark, undo } = useColumnChanges(shown.schema)
  const review = useMutation(useTRPC().data.reviewSchema.mutationOptions())
  const newest = shown.versions[0]?.version === shown.version
  const save = () =>
    review.mutate({ project, dataset: `${shown.dataset}@${shown.version}`, columns: decisions }, { onSuccess: undo })
  const rereading = review.data?.ingestion ?? undefined
  const { data: ingestion } = useIngestion(project, rereading)
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" maw="70ch">
        Types and roles are inferred; overrides
        {shown.contract.length > 0 ? ` (${formatCount(shown.contract.length, 'column')})` : ''} apply to all future
        versions. Another format reads the files again, as a new version.
      </Text>
      {newest ? null : (
        <Alert color="orange" variant="light">
          This is an older version; v{shown.versions[0]?.version} is the latest. Overrides apply to future versions too.
        </Alert>
      )}
      <ContractBreaks breaks={shown.breaks} />
      {review.error ? <Problem error={review.error} /> : null}
      {ingestion ? <Rereading ingestion={ingestion} /> : null}
      <ColumnTable schema={shown.schema} rows={shown.rows} changes={changes} onChange={change} onInvalid={mark} />
      {decisions.length > 0 ? (
        <Allowed project={project} to="data:write">
          <ReviewBar
            note="Not saved yet."
            submit={`Save ${formatCount(decisions.length, 'change')}`}
            disabled={invalid.length > 0}
            isPending={review.isPending}
            onSubmit={save}
          >
            <Button variant="default" onClick={undo}>
              Undo
            </Button>
          </ReviewBar>
        </Allowed>
      ) : null}
    </Stack>
  )
}
