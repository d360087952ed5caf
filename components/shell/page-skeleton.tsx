import { Skeleton, Stack } from '@mantine/core'

/** The outline of a page while its data is read: head, then panels. */
export function PageSkeleton() {
  return (
    <Stack gap="md" role="status" aria-label="Loading the page">
      <Stack gap={8}>
        <Skeleton height={22} width={180} radius="sm" />
        <Skeleton height={14} width="min(420px, 80%)" radius="sm" />
      </Stack>
      <Skeleton height={90} radius="md" />
      <Skeleton height={260} radius="md" />
    </Stack>
  )
}
