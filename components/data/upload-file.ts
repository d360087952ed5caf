import { CHUNKED_ABOVE_BYTES } from '#server/data/uploads/chunks/contract.ts'
import { canHash, uploadChunks } from './upload-chunks.ts'

/** Sends a file as it is: a small one as one request, another in pieces that go on after a break. `onProgress` gets the share sent, 0 to 1. Rejects with the server's message. */
export function uploadFile(
  project: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ digest: string; bytes: number }> {
  if (file.size > CHUNKED_ABOVE_BYTES && canHash()) return uploadChunks(project, file, onProgress, signal)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(
      'POST',
      `/api/v1/projects/${encodeURIComponent(project)}/uploads?filename=${encodeURIComponent(file.name)}`,
    )
    request.responseType = 'json'
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = event => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      if (request.status < 300) return resolve(request.response as { digest: string; bytes: number })
      const app = (request.response as { error?: { message: string; hint?: string } } | null)?.error
      reject(Object.assign(new Error(app?.message ?? `The upload was refused (${request.status}).`), { data: { app } }))
    }
    request.onerror = () => reject(new Error('Connection lost during the upload. Try again.'))
    request.onabort = () => reject(new Error('The upload was stopped.'))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}
