import { Box, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFileUpload } from '@tabler/icons-react'

const ENDINGS = '.csv,.tsv,.txt,.json,.ndjson,.jsonl,.parquet,.xlsx,.gz,.zst,.zip'

/** Chooses a file by drag and drop or the file dialog. As a label it works with keyboard and screen readers. */
export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const [over, hover] = useDisclosure()
  const take = (files: FileList | null) => {
    const file = files?.[0]
    if (file) onFile(file)
  }
  return (
    <Box
      component="label"
      onDragOver={event => {
        event.preventDefault()
        hover.open()
      }}
      onDragLeave={hover.close}
      onDrop={event => {
        event.preventDefault()
        hover.close()
        take(event.dataTransfer.files)
      }}
      p="xl"
      style={{
        display: 'block',
        textAlign: 'center',
        cursor: 'pointer',
        position: 'relative',
        borderRadius: 'var(--mantine-radius-md)',
        border: `1px dashed ${over ? 'var(--mantine-primary-color-filled)' : 'var(--mantine-color-default-border)'}`,
        background: over ? 'var(--mantine-primary-color-light)' : 'var(--mantine-color-body)',
      }}
    >
      <IconFileUpload size={28} stroke={1.5} aria-hidden />
      <Text fw={600}>Drop a file here or choose one</Text>
      <Text size="sm" c="dimmed">
        CSV, TSV, JSON, NDJSON, Parquet or Excel (.xlsx); gzip, zstd or zip accepted. The first line contains the column
        names.
      </Text>
      <input
        type="file"
        accept={ENDINGS}
        aria-label="Choose a file"
        onChange={event => {
          take(event.currentTarget.files)
          event.currentTarget.value = ''
        }}
        style={{ position: 'absolute', inset: 0, opacity: 0, cursor: 'pointer' }}
      />
    </Box>
  )
}
