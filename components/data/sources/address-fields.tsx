import {
  ActionIcon,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { DEFAULT_PORT, type Draft } from './draft.ts'

interface Props {
  draft: Draft
  onChange: (part: Partial<Draft>) => void
}

/** Where the rows are, and the keys to it. */
export function AddressFields(props: Props) {
  if (props.draft.kind === 'url') return <UrlFields {...props} />
  return props.draft.kind === 'database' ? <DatabaseFields {...props} /> : <ObjectsFields {...props} />
}

function UrlFields({ draft, onChange }: Props) {
  const setHeader = (key: number, part: { name?: string; value?: string }) =>
    onChange({ headers: draft.headers.map(h => (h.key === key ? { ...h, ...part } : h)) })
  return (
    <Stack gap="sm">
      <TextInput
        label="Address"
        description="Of a file (CSV, JSON, NDJSON, Parquet) or of a JSON API."
        placeholder="https://api.example.org/rows"
        type="url"
        value={draft.url}
        onChange={e => onChange({ url: e.currentTarget.value })}
        required
      />
      {draft.headers.map((header, i) => (
        <Group key={header.key} align="end" gap="xs" wrap="nowrap">
          <TextInput
            label={`Header ${i + 1}`}
            placeholder="Authorization"
            value={header.name}
            onChange={e => setHeader(header.key, { name: e.currentTarget.value })}
            style={{ flex: 1, minWidth: 0 }}
          />
          <PasswordInput
            label="Value"
            autoComplete="off"
            value={header.value}
            onChange={e => setHeader(header.key, { value: e.currentTarget.value })}
            style={{ flex: 2, minWidth: 0 }}
          />
          <ActionIcon
            variant="default"
            size={36}
            aria-label={`Remove header ${i + 1}`}
            onClick={() => onChange({ headers: draft.headers.filter(h => h.key !== header.key) })}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          Values of headers are stored encrypted and never shown again.
        </Text>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() =>
            onChange({
              headers: [...draft.headers, { key: (draft.headers.at(-1)?.key ?? 0) + 1, name: '', value: '' }],
            })
          }
        >
          Add a header
        </Button>
      </Group>
    </Stack>
  )
}

function DatabaseFields({ draft, onChange }: Props) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <Select
        label="Database server"
        allowDeselect={false}
        data={[
          { value: 'postgres', label: 'PostgreSQL' },
          { value: 'mysql', label: 'MySQL or MariaDB' },
        ]}
        value={draft.engine}
        onChange={value => onChange({ engine: value as Draft['engine'] })}
      />
      <Select
        label="Encryption"
        allowDeselect={false}
        data={[
          { value: 'verify', label: 'TLS, certificate checked' },
          { value: 'encrypt', label: 'TLS, any certificate' },
          { value: 'off', label: 'None' },
        ]}
        value={draft.tls}
        onChange={value => onChange({ tls: value as Draft['tls'] })}
      />
      <TextInput
        label="Host"
        placeholder="db.example.org"
        value={draft.host}
        onChange={e => onChange({ host: e.currentTarget.value })}
        required
      />
      <NumberInput
        label="Port"
        placeholder={String(DEFAULT_PORT[draft.engine])}
        min={1}
        max={65_535}
        allowDecimal={false}
        value={draft.port ?? ''}
        onChange={value => onChange({ port: typeof value === 'number' ? value : undefined })}
      />
      <TextInput
        label="Database"
        value={draft.database}
        onChange={e => onChange({ database: e.currentTarget.value })}
        required
      />
      <TextInput
        label="User"
        description="One that may only read is enough."
        autoComplete="off"
        value={draft.user}
        onChange={e => onChange({ user: e.currentTarget.value })}
        required
      />
      <PasswordInput
        label="Password"
        description="Stored encrypted, never shown again."
        autoComplete="new-password"
        value={draft.password}
        onChange={e => onChange({ password: e.currentTarget.value })}
      />
    </SimpleGrid>
  )
}

const PROVIDERS = [
  { value: 's3', label: 'Amazon S3 or compatible' },
  { value: 'gcs', label: 'Google Cloud Storage' },
  { value: 'azure', label: 'Azure Blob Storage' },
]

const SECRET_LABEL: Record<Draft['provider'], string> = {
  s3: 'Secret key',
  gcs: 'Secret key, or service account (JSON)',
  azure: 'Account key, or SAS token',
}

function ObjectsFields({ draft, onChange }: Props) {
  const azure = draft.provider === 'azure'
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <Select
        label="Store"
        allowDeselect={false}
        data={PROVIDERS}
        value={draft.provider}
        onChange={value => onChange({ provider: value as Draft['provider'] })}
      />
      <TextInput
        label={azure ? 'Container' : 'Bucket'}
        value={draft.bucket}
        onChange={e => onChange({ bucket: e.currentTarget.value })}
        required
      />
      {azure ? (
        <TextInput
          label="Storage account"
          value={draft.account}
          onChange={e => onChange({ account: e.currentTarget.value })}
        />
      ) : (
        <TextInput
          label="Region"
          placeholder="us-east-1"
          value={draft.region}
          onChange={e => onChange({ region: e.currentTarget.value })}
        />
      )}
      <TextInput
        label="Endpoint"
        description="Only for a compatible store of your own."
        placeholder="https://minio.example.org"
        value={draft.endpoint}
        onChange={e => onChange({ endpoint: e.currentTarget.value })}
      />
      {azure ? null : (
        <TextInput
          label={draft.provider === 'gcs' ? 'HMAC access id' : 'Access key id'}
          description="Empty for what anybody may read."
          autoComplete="off"
          value={draft.accessKeyId}
          onChange={e => onChange({ accessKeyId: e.currentTarget.value })}
        />
      )}
      <PasswordInput
        label={SECRET_LABEL[draft.provider]}
        description="Stored encrypted, never shown again."
        autoComplete="new-password"
        value={draft.secretKey}
        onChange={e => onChange({ secretKey: e.currentTarget.value })}
      />
    </SimpleGrid>
  )
}
