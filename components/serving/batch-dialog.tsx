import { Anchor, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { useTRPC } from '../trpc.ts'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'

/** Predicts the newest version of a dataset; the rows with their predictions become a version of another one. */
export function BatchDialog({
  project,
  endpoint,
  onClose,
}: {
  project: string
  endpoint: string
  onClose: () => void
}) {
  const trpc = useTRPC()
  const datasets = useQuery(trpc.data.list.queryOptions({ project }))
  const predict = useMutation(trpc.serving.predictDataset.mutationOptions())
  const [data, setData] = useState<string | null>(null)
  const [to, setTo] = useState('')
  const choose = (name: string | null) => {
    setData(name)
    if (name && (to === '' || to === `${data}-predicted`)) setTo(`${name}-predicted`)
  }
  return (
    <Modal
      closeButtonProps={{ 'aria-label': 'Close' }}
      opened
      onClose={onClose}
      title={`Predict a dataset with ${endpoint}`}
      centered
    >
      <Stack gap="sm">
        <Text size="sm">Each row of the newest version is predicted. The result is a version of another dataset.</Text>
        <Select
          label="Dataset"
          searchable
          data={(datasets.data?.items ?? []).map(d => d.dataset)}
          value={data}
          onChange={choose}
        />
        <TextInput label="Save as" value={to} onChange={event => setTo(event.currentTarget.value)} />
        {predict.error ? <Problem error={predict.error} /> : null}
        {predict.data ? (
          <Text size="sm" role="status">
            Started:{' '}
            <Anchor component={Link} href={paths.job(project, predict.data.job)}>
              progress
            </Anchor>
            . The result appears as {predict.data.dataset} under Data.
          </Text>
        ) : null}
        <Group justify="end" gap="xs">
          <Button variant="subtle" color="gray" onClick={onClose}>
            {predict.data ? 'Close' : 'Cancel'}
          </Button>
          <Button
            disabled={!data || to.trim() === '' || predict.isSuccess}
            loading={predict.isPending}
            onClick={() => predict.mutate({ project, endpoint, data: data!, to: to.trim() })}
          >
            Predict
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
