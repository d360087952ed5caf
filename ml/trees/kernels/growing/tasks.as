// Work shared among threads. One 64-bit word at QUEUE says all that a thread must know to take a task without a lock: which batch (upper
// half), of how many tasks, and which is next. Who comes late from an older batch finds another batch there and takes nothing.
import { clear, copyBytes } from './bytes'
import { code, sort, transpose } from './coding'
import { expand } from './expand'
import { classGradients, gradients, quantise, softmax } from './gradients'
import { accumulate } from './histogram'
import { partition } from './partition'
import { addToRows, walkIndex, walkRows } from './scores'

const QUEUE: usize = 0 // i64: batch << 32 | tasks << 16 | next; batch −1: end
const PENDING: usize = 8 // i32: tasks not done
const SLEEPERS: usize = 12 // i32: threads that wait to be woken
const TASKS: usize = 16 // u32 address
const FAILED: usize = 20 // i32: 1 when a helping thread broke off in the middle of a task

/** By task: what to do, then its arguments in the order of the kernel. */
const TASK_BYTES: usize = 64
const EXPAND: u32 = 0
const ACCUMULATE: u32 = 1
const PARTITION: u32 = 2
const GRADIENTS: u32 = 3
const SOFTMAX: u32 = 4
const CLASS_GRADIENTS: u32 = 5
const QUANTISE: u32 = 6
const ADD_TO_ROWS: u32 = 7
const WALK_INDEX: u32 = 8
const WALK_ROWS: u32 = 9
const CODE: u32 = 10
const SORT: u32 = 11
const TRANSPOSE: u32 = 12

/** Turns of waiting before a thread goes to sleep: some 50 µs, more than lies between two batches of a tree. */
const PATIENCE = 20_000

/** What a helping thread does until the batch −1. */
export function serve(control: usize, scratch: usize): void {
  let seen = 0
  while (true) {
    let batch = atomic.load<i32>(control + QUEUE, 4)
    for (let turns = 0; batch == seen; turns++) {
      if (turns > PATIENCE) {
        atomic.add<i32>(control, 1, SLEEPERS)
        atomic.wait<i32>(control + QUEUE + 4, seen, -1)
        atomic.sub<i32>(control, 1, SLEEPERS)
        turns = 0
      }
      batch = atomic.load<i32>(control + QUEUE, 4)
    }
    if (batch == -1) return
    seen = batch
    work(control, scratch, batch)
  }
}

/** Offers the `count` tasks laid down to all threads, does its own part and returns when all are done; false when a thread failed. */
export function share(control: usize, batch: i32, count: u32, scratch: usize): bool {
  atomic.store<i32>(control, <i32>count, PENDING)
  atomic.store<i64>(control, (<i64>batch << 32) | (<i64>count << 16), QUEUE)
  if (atomic.load<i32>(control, SLEEPERS) > 0) atomic.notify(control + QUEUE + 4, -1)
  work(control, scratch, batch)
  let turns = 0
  let pending = atomic.load<i32>(control, PENDING)
  while (pending > 0) {
    // A thread that has lost its processor is waited for without taking this one.
    if (++turns > PATIENCE) atomic.wait<i32>(control + PENDING, pending, 1_000_000)
    if (atomic.load<i32>(control, FAILED) != 0) return false
    pending = atomic.load<i32>(control, PENDING)
  }
  return true
}

/** What a helping thread leaves when it broke off: nobody is to wait for its task. */
export function fail(control: usize): void {
  atomic.store<i32>(control, 1, FAILED)
  atomic.notify(control + PENDING, -1)
}

/** Sends the helping threads home. */
export function dismiss(control: usize): void {
  atomic.store<i64>(control, <i64>-1 << 32, QUEUE)
  atomic.notify(control + QUEUE + 4, -1)
}

function work(control: usize, scratch: usize, batch: i32): void {
  const tasks = <usize>load<u32>(control, TASKS)
  while (true) {
    const queue = atomic.load<i64>(control, QUEUE)
    const next = <u32>(queue & 0xffff)
    if (<i32>(queue >> 32) != batch || next >= <u32>((queue >> 16) & 0xffff)) return
    if (atomic.cmpxchg<i64>(control, queue, queue + 1, QUEUE) != queue) continue
    run(tasks + <usize>next * TASK_BYTES, scratch)
    if (atomic.sub<i32>(control, 1, PENDING) == 1) atomic.notify(control + PENDING, -1)
  }
}

// @ts-ignore: decorator
@inline function whole(task: usize, k: usize): u32 { return load<u32>(task + 4 + (k << 2)) }
// @ts-ignore: decorator
@inline function real(task: usize, k: usize): f32 { return load<f32>(task + 4 + (k << 2)) }

function run(t: usize, scratch: usize): void {
  switch (load<u32>(t)) {
    case EXPAND: {
      expand(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), whole(t, 4), whole(t, 5), scratch, whole(t, 6) != 0)
      return
    }
    case ACCUMULATE: {
      clear(whole(t, 3), whole(t, 4))
      accumulate(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), scratch)
      return
    }
    case PARTITION: {
      // The number of rows that went left goes where argument 4 says.
      store<u32>(whole(t, 4), partition(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), false))
      return
    }
    case GRADIENTS: {
      gradients(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), whole(t, 4), whole(t, 5), whole(t, 6), whole(t, 7), real(t, 8), whole(t, 9))
      return
    }
    case SOFTMAX: {
      const loss = softmax(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), whole(t, 4), whole(t, 5), whole(t, 6), whole(t, 7), whole(t, 8))
      store<f64>(whole(t, 9), loss)
      return
    }
    case CLASS_GRADIENTS: {
      classGradients(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), real(t, 4), real(t, 5), whole(t, 6), whole(t, 7), whole(t, 8), whole(t, 9))
      return
    }
    case QUANTISE: {
      quantise(whole(t, 0), whole(t, 1), whole(t, 2), real(t, 3), real(t, 4))
      return
    }
    case ADD_TO_ROWS: {
      addToRows(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), real(t, 4))
      return
    }
    case WALK_INDEX: {
      walkIndex(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), whole(t, 4), whole(t, 5), whole(t, 6), whole(t, 7))
      return
    }
    case WALK_ROWS: {
      walkRows(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), whole(t, 4), whole(t, 5), whole(t, 6))
      return
    }
    case CODE: {
      code(whole(t, 0), whole(t, 1), whole(t, 2) != 0, whole(t, 3), whole(t, 4), whole(t, 5))
      return
    }
    case SORT: {
      sort(whole(t, 0), whole(t, 1), whole(t, 2))
      return
    }
    case TRANSPOSE: {
      transpose(whole(t, 0), whole(t, 1), whole(t, 2), whole(t, 3), whole(t, 4), whole(t, 5))
      return
    }
    default: {
      copyBytes(whole(t, 0), whole(t, 1), whole(t, 2))
    }
  }
}
