import { cleanStorage, cleanStorageJob } from '#server/data/service.ts'
import { defineHandler } from '../handler.ts'

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`

export const cleanStorageHandler = defineHandler({
  definition: cleanStorageJob,
  async run({ kernel, scope, line, finish, signal }) {
    const done = await cleanStorage(kernel, scope, signal)
    line('info', `${done.disowned} files (${megabytes(done.disownedBytes)}) that nothing refers to were let go.`)
    line('info', `${done.removed} files (${megabytes(done.removedBytes)}) left the store.`)
    if (done.uploads > 0) line('info', `${done.uploads} uploads that rested for days were given up.`)
    await finish(async () => undefined)
  },
})
