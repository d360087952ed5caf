import { Alert, Button, Group, Paper, SegmentedControl, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { EndpointDetail, RowPolicy as Policy } from '#server/serving/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { formatCount } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { describeOddCell, POLICY_HELP, refusalSentence } from './odd-rows.ts'

const SHOWN = 6

/** How the endpoint reads rows, what it found unlike training, and the offer to answer what is refused. */
export function RowPolicy({
  project,
  shown,
  onChanged,
}: {
  project: string
  shown: Pick<EndpointDetail, 'endpoint' | 'policy' | 'odd'>
  onChanged: () => void
}) {
  const change = useMutation(useTRPC().serving.changePolicy.mutationOptions())
  const { endpoint, policy, odd } = shown
  const choose = (next: Policy) => change.mutate({ project, endpoint, policy: next }, { onSuccess: onChanged })
  const refusals = refusalSentence(odd)
  return (
    <Paper withBorder radius="md" p="md" component="section" aria-label="How rows are read">
      <Group justify="space-between" align="start" gap="md">
        <div style={{ flex: '1 1 320px' }}>
          <Text size="sm" fw={600}>
            How rows are read
          </Text>
          <Text size="sm" c="dimmed">
            {POLICY_HELP[policy]}
          </Text>
        </div>
        <Allowed project={project} to="serving:promote">
          <SegmentedControl
            aria-label="How rows are read"
            size="xs"
            disabled={change.isPending}
            value={policy}
            onChange={value => choose(value as Policy)}
            data={[
              { value: 'lenient', label: 'Lenient' },
              { value: 'strict', label: 'Strict' },
            ]}
          />
        </Allowed>
      </Group>
      {policy === 'strict' && refusals ? (
        <Alert mt="sm" color="yellow" variant="light">
          <Group justify="space-between" gap="sm">
            <Text size="sm">{refusals}</Text>
            <Allowed project={project} to="serving:promote">
              <Button size="xs" loading={change.isPending} onClick={() => choose('lenient')}>
                Answer such rows
              </Button>
            </Allowed>
          </Group>
        </Alert>
      ) : null}
      {change.error ? <Problem error={change.error} /> : null}
      {odd.cells.length > 0 || odd.failedRows > 0 ? (
        <Text size="sm" mt="sm">
          Last {odd.days} days:{' '}
          {[
            ...(odd.failedRows > 0 ? [`${formatCount(odd.failedRows, 'row')} without a prediction`] : []),
            ...odd.cells.slice(0, SHOWN).map(describeOddCell),
          ].join(' · ')}
        </Text>
      ) : null}
    </Paper>
  )
}
