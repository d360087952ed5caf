'use client'
import {
  Anchor,
  Autocomplete,
  Button,
  Grid,
  Group,
  Paper,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { parseAsInteger, parseAsString, useQueryState } from 'nuqs'
import { resourceNameSchema } from '#server/access/contract.ts'
import type { VersionSummary } from '#server/registry/contract.ts'
import { decidePromotion, promotionMessage } from '#server/registry/promotion/contract.ts'
import { Allowed, useMay } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { Facts } from '../ui/facts.tsx'
import { formatDuration } from '../ui/format.ts'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useEndpoints, useHistory, useModel } from './client.ts'
import { Scorecard } from './scorecard.tsx'

/** Confirms a promotion: its effect, and the comparison with the version in force. */
export function PromotePage({ project, name }: { project: string; name: string }) {
  const router = useRouter()
  const [number] = useQueryState('version', parseAsInteger)
  const [chosen, setChosen] = useQueryState('endpoint', parseAsString)
  const form = useForm({ initialValues: { reason: '' } })
  const model = useModel(project, name)
  const endpoints = useEndpoints(project)
  const promote = useMutation(useTRPC().serving.promote.mutationOptions())
  const may = useMay(project, 'serving:promote')
  const own = endpoints.data?.items.filter(e => e.model === name) ?? []
  const endpoint = chosen ?? own[0]?.endpoint ?? name
  const now = endpoints.data?.items.find(e => e.endpoint === endpoint)
  const history = useHistory(project, now ? endpoint : '')
  if (model.error && !model.data) return <Problem error={model.error} onRetry={() => model.refetch()} />
  const version = model.data?.versions.find(v => v.version === number) ?? model.data?.versions[0]
  if (!model.data || !version) return <Skeleton height={320} radius="md" aria-label="Loading the model" />
  const before = now?.model === name ? model.data.versions.find(v => v.version === now.version) : undefined
  const lastSwitch = history.data?.items.find(i => i.switchedInMs !== null)?.switchedInMs ?? null
  const nameProblem = resourceNameSchema.safeParse(endpoint).error?.issues[0]?.message
  const decision = decidePromotion({ version, isChampion: before === version })
  const result = promote.data
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <Question
          name={name}
          version={version.version}
          endpoint={endpoint}
          effect={
            decision.code === 'already_serving'
              ? `${endpoint} already serves this version.`
              : promotionEffect(endpoint, now, lastSwitch)
          }
        />
        <Group gap="xs">
          <Button variant="subtle" color="gray" component={Link} href={paths.model(project, name)}>
            Cancel
          </Button>
          <Button
            loading={promote.isPending}
            disabled={!may || nameProblem !== undefined || decision.code !== 'possible'}
            onClick={() =>
              promote.mutate(
                {
                  project,
                  model: `${name}@${version.version}`,
                  endpoint,
                  reason: form.getValues().reason || undefined,
                },
                {
                  onSuccess: done => {
                    if (done.laggards.length === 0) router.push(paths.endpoint(project, endpoint))
                  },
                },
              )
            }
          >
            Promote v{version.version}
          </Button>
        </Group>
      </Group>
      <Allowed project={project} to="serving:promote" explain>
        {null}
      </Allowed>
      {promote.error ? <Problem error={promote.error} /> : null}
      {decision.allowed ? null : (
        <Problem error={new Error(promotionMessage(decision, `${name} v${version.version}`).message)} />
      )}
      {result && result.laggards.length > 0 ? (
        <Problem
          error={
            new Error(
              `Promoted, but these servers have not switched yet: ${result.laggards.map(l => `${l.host}:${l.pid}${l.error ? ` (${l.error})` : ''}`).join(', ')}`,
            )
          }
        />
      ) : null}
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Scorecard champion={before === version ? undefined : before} challenger={version} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md">
            <ChoicePanel
              endpoints={own.map(e => e.endpoint)}
              endpoint={endpoint}
              onEndpoint={value => setChosen(value)}
              problem={nameProblem}
              reason={form.getInputProps('reason')}
            />
            <Origin project={project} version={version} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}

function Question({
  name,
  version,
  endpoint,
  effect,
}: {
  name: string
  version: number
  endpoint: string
  effect: string
}) {
  return (
    <div>
      <Title order={1} size="h3">
        Promote {name} v{version} to{' '}
        <Text span inherit c="var(--mantine-primary-color-filled)">
          {endpoint}
        </Text>
        ?
      </Title>
      <Text size="sm" c="dimmed" maw={640}>
        {effect}
      </Text>
    </div>
  )
}

function ChoicePanel({
  endpoints,
  endpoint,
  onEndpoint,
  problem,
  reason,
}: {
  endpoints: string[]
  endpoint: string
  onEndpoint: (endpoint: string) => void
  problem: string | undefined
  reason: object
}) {
  return (
    <Paper withBorder radius="md" p="md">
      <Stack gap="sm">
        <Autocomplete
          label="Endpoint"
          description="An existing endpoint, or the name of a new one"
          data={endpoints}
          value={endpoint}
          onChange={onEndpoint}
          error={problem}
        />
        <TextInput label="Reason" description="Kept in the history" maxLength={1000} {...reason} />
      </Stack>
    </Paper>
  )
}

function Origin({ project, version }: { project: string; version: VersionSummary }) {
  return (
    <Paper withBorder radius="md" p="md">
      <Title order={2} size="h5" mb="xs">
        Origin
      </Title>
      <Facts
        items={[
          {
            name: 'run',
            value: version.run ? (
              <Anchor component={Link} size="sm" href={paths.run(project, version.run)}>
                {version.run.slice(-8)}
              </Anchor>
            ) : (
              'uploaded'
            ),
          },
          { name: 'digest', value: `${version.digest.slice(0, 12)}…` },
          { name: 'registered', value: <Time at={version.createdAt} /> },
          { name: 'note', value: version.note || '–' },
        ]}
      />
    </Paper>
  )
}

function promotionEffect(
  endpoint: string,
  now: { model: string; version: number } | undefined,
  lastSwitchMs: number | null,
) {
  if (!now) return `${endpoint} will be created and serve this version about a second after you confirm.`
  const duration = lastSwitchMs === null ? '' : `; the last switch took ${formatDuration(lastSwitchMs)}`
  return `It replaces ${now.model} v${now.version} about a second after you confirm; requests in flight finish with v${now.version}. You can roll back at any time${duration}.`
}
