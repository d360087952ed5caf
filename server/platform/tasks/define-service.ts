/** What a service process keeps after it was opened. */
export interface OpenedService<Ready, Call, Answer> {
  ready: Ready
  answer(input: Call): Answer | Promise<Answer>
}

export type OpenService<Input, Ready, Call, Answer> = (
  input: Input,
) => OpenedService<Ready, Call, Answer> | Promise<OpenedService<Ready, Call, Answer>>

/**
 * Work that a child process keeps ready and answers call by call: plain data in, plain data out. A crash, a hang or an excess of memory costs
 * this process only.
 */
export interface ServiceDefinition<Input, Ready, Call, Answer> {
  /** As error messages call it: `model`. */
  name: string
  /** The module that the child process imports. The parent never loads it. */
  module: URL
  /** Name of the function that the module exports. */
  function: string
  heapMb: number
  /** Added to the priority value of the parent: it and its other work come first. */
  nice: number
  /** What to do when the memory limit is exceeded. */
  memoryHint: string
  // Carried by the definition only.
  readonly types?: (input: Input, ready: Ready, call: Call) => Answer
}

export interface ServiceLimits {
  /** Resident memory of the process tree. */
  memoryMb: number
  /** From the start of the process until it is ready. */
  startMs: number
  /** Of one call, and of its wait for the calls before it. */
  callMs: number
}
