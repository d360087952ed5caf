import { Tabs } from '@mantine/core'

/** The tabs of a page, by their labels. */
export const TabList = ({ labels }: { labels: Record<string, string> }) => (
  <Tabs.List mb="md">
    {Object.entries(labels).map(([id, label]) => (
      <Tabs.Tab key={id} value={id}>
        {label}
      </Tabs.Tab>
    ))}
  </Tabs.List>
)
