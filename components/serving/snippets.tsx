import { Button, Code, CopyButton, Group, Paper, SegmentedControl, Text } from '@mantine/core'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import type { Signature } from '#server/registry/contract.ts'
import { exampleRow, LANGUAGES, type Language, snippet } from './labels.ts'

/** A request to copy. */
export function Snippets({ url, signature }: { url: string; signature: Signature }) {
  const [language, setLanguage] = useQueryState('language', parseAsStringLiteral(LANGUAGES).withDefault('curl'))
  const text = snippet(language, url, exampleRow(signature))
  return (
    <Paper withBorder radius="md" p="md">
      <Group justify="space-between" mb="sm">
        <SegmentedControl
          aria-label="Language"
          size="xs"
          data={[...LANGUAGES]}
          value={language}
          onChange={value => setLanguage(value as Language)}
        />
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code block>{text}</Code>
      <Text size="xs" c="dimmed" mt="xs">
        Create an API token of this project on the Access page and set FLEXIML_TOKEN. A lenient endpoint lists odd cells
        in warnings, and rows without a prediction in errors.
      </Text>
    </Paper>
  )
}
