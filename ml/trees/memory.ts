import { EngineError } from '../errors.ts'
import { GROWING_WASM } from './kernels/growing-wasm.ts'

/** The kernels of kernels/growing/*.as. Addresses are bytes into the memory. */
export type Kernels = {
  canSplit(context: number, node: number): number
  settle(context: number, node: number, left: number, right: number, lefts: number): void
  finish(context: number, node: number, left: number, right: number, slot: number, scratch: number): void
  leafValue(context: number, node: number): number
  plant(context: number, node: number, scratch: number): void
  addUp(sum: number, part: number, bytes: number): void
  sumPacked(packed: number, index: number, begin: number, end: number): bigint
  /** 0 when a worker thread failed. */
  share(control: number, batch: number, count: number, scratch: number): number
  dismiss(control: number): void
}

/** Growable shared memory with the kernels on it. Allocations are released only with the whole arena. */
export type Arena = {
  memory: WebAssembly.Memory
  kernels: Kernels
  /** Zeroed, on a 64-byte line. @throws EngineError `memory` beyond 4 GiB */
  allocate(bytes: number): number
  /** Views; read them again after `allocate`. */
  readonly u8: Uint8Array
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly f32: Float32Array
  readonly f64: Float64Array
}

const PAGE = 65536
let compiled: WebAssembly.Module | undefined

export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(GROWING_WASM), each => each.charCodeAt(0)))
  return compiled
}

export function createArena(): Arena {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true })
  const kernels = new WebAssembly.Instance(kernelModule(), { env: { memory } }).exports as unknown as Kernels
  // Address 0 means “none”.
  let used = 1024
  const viewsOf = () => {
    const { buffer } = memory
    return {
      u8: new Uint8Array(buffer),
      i32: new Int32Array(buffer),
      u32: new Uint32Array(buffer),
      f32: new Float32Array(buffer),
      f64: new Float64Array(buffer),
    }
  }
  let views = viewsOf()
  return {
    memory,
    kernels,
    allocate(bytes) {
      const at = used
      const end = at + Math.ceil(bytes / 64) * 64
      const have = memory.buffer.byteLength
      if (end > have) {
        try {
          memory.grow(Math.ceil((end - have) / PAGE))
        } catch {
          throw new EngineError(
            'memory',
            `Training trees on this table needs ${Math.ceil(end / 2 ** 20)} MiB of contiguous memory, which is not available.`,
            'Use fewer rows or columns, or free memory.',
          )
        }
        views = viewsOf()
      }
      used = end
      return at
    },
    get u8() {
      return views.u8
    },
    get i32() {
      return views.i32
    },
    get u32() {
      return views.u32
    },
    get f32() {
      return views.f32
    },
    get f64() {
      return views.f64
    },
  }
}
