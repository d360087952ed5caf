import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'

/** A dialog for a form. Its content mounts when it opens, so each opening starts with fresh values. */
export function FormDialog({
  title,
  opened,
  onClose,
  children,
}: {
  title: string
  opened: boolean
  onClose: () => void
  children: ReactNode
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened ? children : null}
    </Modal>
  )
}
