import { useSetState } from '@mantine/hooks'
import { useRef } from 'react'
import { MAX_UPLOAD_BYTES } from '#server/data/contract.ts'
import type { ReadingOptions } from '#tables/read/contract.ts'
import { formatBytes } from '../ui/format.ts'
import { nameFromFile } from './labels.ts'
import { uploadFile } from './upload-file.ts'

interface Upload {
  file?: File
  name: string
  append: boolean
  /** How the file is read, where detection is not right. */
  reading: ReadingOptions
  /** Share of the file that was sent; absent when nothing is being sent. */
  sent?: number
  digest?: string
  problem?: unknown
  ingestionId?: string
}

const tooBadToSend = (file: File) =>
  file.size === 0
    ? new Error(`${file.name} is empty. Choose a file with a header and rows.`)
    : file.size > MAX_UPLOAD_BYTES
      ? new Error(`${file.name} is larger than ${formatBytes(MAX_UPLOAD_BYTES)}.`)
      : undefined

/** Sends a chosen file. Choosing another file or stopping ends the one before. */
export function useUpload(project: string, fixedName: string | undefined, onStart?: () => void) {
  const none: Upload = { name: fixedName ?? '', append: false, reading: {} }
  const [upload, set] = useSetState<Upload>(none)
  const stop = useRef<AbortController>(undefined)
  const reset = () => {
    stop.current?.abort()
    const cleared = { file: undefined, sent: undefined, digest: undefined }
    set({ ...cleared, problem: undefined, ingestionId: undefined, ...none })
  }
  const choose = async (file: File) => {
    reset()
    const problem = tooBadToSend(file)
    if (problem) return set({ problem })
    onStart?.()
    set({ file, name: fixedName ?? nameFromFile(file.name), sent: 0 })
    const controller = new AbortController()
    stop.current = controller
    const { signal } = controller
    try {
      const { digest } = await uploadFile(project, file, sent => set({ sent }), signal)
      if (!signal.aborted) set({ digest })
    } catch (problem) {
      if (stop.current === controller && !signal.aborted) set({ problem })
    } finally {
      if (stop.current === controller) set({ sent: undefined })
    }
  }
  return { upload, set, choose, reset }
}
