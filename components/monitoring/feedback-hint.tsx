import { Button, Code, CopyButton, Stack, Text } from '@mantine/core'
import { Panel } from '../ui/panel.tsx'
import { feedbackSnippet } from './labels.ts'

/** How true values get here, when none came yet. */
export function FeedbackHint({ url }: { url: string }) {
  const text = feedbackSnippet(url)
  return (
    <Panel
      title="Error, measured"
      note="no labels received"
      actions={
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      }
    >
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          Send actual outcomes to measure the live metric. Each prediction has an id per row; send it back with the true
          value, days or months later. Ids of your own work too, when you gave them with the request.
        </Text>
        <Code block tabIndex={0} aria-label="Request that sends a label">
          {text}
        </Code>
      </Stack>
    </Panel>
  )
}
