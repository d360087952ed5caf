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
import type { Laggard } from '#server/serving/contract.ts'
import { Allowed, useMay } from '../access/allowed.tsx'
import { ClassWarnings } from '../training/class-warnings.tsx'
import { useTRPC } from '../trpc.ts'
import { Facts } from '../ui/facts.tsx'
import { formatDuration } from '../ui/format.ts'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useEndpoints, useHistory, useModel } from './client.ts'
import { ComparisonPanel } from './comparison-panel.tsx'
import { Scorecard } from './scorecard.tsx'

const usePromote = () => useMutation(useTRPC().serving.promote.mutationOptions())

/** The version to promote, its endpoint, both from the URL, and what serves there now. */
function usePromotion(project: string, name: string) {
  const [number] = useQueryState('version', parseAsInteger)
  const [chosen, setChosen] = useQueryState('endpoint', parseAsString)
  const model = useModel(project, name)
  const endpoints = useEndpoints(project).data?.items ?? []
  const own = endpoints.filter(e => e.model === name).map(e => e.endpoint)
  const endpoint = chosen ?? own[0] ?? name
  const now = endpoints.find(e => e.endpoint === endpoint)
  const history = useHistory(project, now ? endpoint : '')
  const versions = model.data?.versions
  return {
    model,
    own,
    endpoint,
    setChosen,
    now,
    version: versions?.find(v => v.version === number) ?? versions?.[0],
    before: now?.model === name ? versions?.find(v => v.version === now.version) : undefined,
    lastSwitch: history.data?.items.find(i => i.switchedInMs !== null)?.switchedInMs ?? null,
    problem: resourceNameSchema.safeParse(endpoint).error?.issues[0]?.message,
  }
}

/** Confirms a promotion: its effect, and the comparison with the version in force. */
export function PromotePage({ project, name }: { project: string; name: string }) {
  const { model, own, endpoint, setChosen, now, version, before, lastSwitch, problem } = usePromotion(project, name)
  const form = useForm({ initialValues: { reason: '' } })
  const promote = usePromote()
  if (model.error && !model.data) return <Problem error={model.error} onRetry={() => model.refetch()} />
  if (!version) return <Skeleton height={320} radius="md" aria-label="Loading the model" />
  const decision = decidePromotion({ version, isChampion: before === version })
  const laggards = promote.data?.laggards ?? []
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
        <Buttons
          project={project}
          version={version}
          model={name}
          endpoint={endpoint}
          reason={form.getValues().reason}
          isBlocked={problem !== undefined || decision.code !== 'possible'}
          promote={promote}
        />
      </Group>
      <Allowed project={project} to="serving:promote" explain>
        {null}
      </Allowed>
      {promote.error ? <Problem error={promote.error} /> : null}
      {decision.allowed ? null : (
        <Problem error={new Error(promotionMessage(decision, `${name} v${version.version}`).message)} />
      )}
      {laggards.length > 0 ? <Laggards laggards={laggards} /> : null}
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="md">
            <ClassWarnings warnings={version.classWarnings} />
            {before && before !== version ? (
              <ComparisonPanel project={project} champion={before} challenger={version} />
            ) : null}
            <Scorecard champion={before === version ? undefined : before} challenger={version} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md">
            <ChoicePanel
              endpoints={own}
              endpoint={endpoint}
              onEndpoint={value => setChosen(value)}
              problem={problem}
              reason={form.getInputProps('reason')}
            />
            <Origin project={project} version={version} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}

interface ButtonsProps {
  project: string
  version: VersionSummary
  model: string
  endpoint: string
  reason: string
  isBlocked: boolean
  promote: ReturnType<typeof usePromote>
}

function Buttons({ project, version, model, endpoint, reason, isBlocked, promote }: ButtonsProps) {
  const router = useRouter()
  const may = useMay(project, 'serving:promote')
  const send = () =>
    promote.mutate(
      { project, model: `${model}@${version.version}`, endpoint, reason: reason || undefined },
      {
        onSuccess: ({ laggards }) => {
          if (laggards.length === 0) router.push(paths.endpoint(project, endpoint))
        },
      },
    )
  return (
    <Group gap="xs">
      <Button variant="subtle" color="gray" component={Link} href={paths.model(project, model)}>
        Cancel
      </Button>
      <Button loading={promote.isPending} disabled={!may || isBlocked} onClick={send}>
        Promote v{version.version}
      </Button>
    </Group>
  )
}

function Laggards({ laggards }: { laggards: Laggard[] }) {
  return (
    <Problem
      error={
        new Error(
          `Promoted, but these servers have not switched yet: ${laggards.map(l => `${l.host}:${l.pid}${l.error ? ` (${l.error})` : ''}`).join(', ')}`,
        )
      }
    />
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
