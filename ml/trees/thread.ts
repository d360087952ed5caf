import { parentPort } from 'node:worker_threads'

type Work = { module: WebAssembly.Module; memory: WebAssembly.Memory; control: number; scratch: number }

/** A helping thread: serves one fit after the other. */
parentPort!.on('message', ({ module, memory, control, scratch }: Work) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const serve = exports.serve as (control: number, scratch: number) => void
  serve(control, scratch)
  parentPort!.postMessage('idle')
})
