import { parentPort } from 'node:worker_threads'

type Work = { module: WebAssembly.Module; memory: WebAssembly.Memory; control: number; scratch: number }

/** Worker thread: serves one fit after another. */
parentPort!.on('message', ({ module, memory, control, scratch }: Work) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  try {
    ;(exports.serve as (control: number, scratch: number) => void)(control, scratch)
  } catch (error) {
    ;(exports.fail as (control: number) => void)(control)
    throw error
  }
  parentPort!.postMessage('idle')
})
