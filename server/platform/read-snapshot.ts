import type { Db } from '#db/client.ts'

/**
 * Runs reads of several tables on one snapshot of the database: work that ends between two statements would contradict itself, such as a
 * finished job beside the result before it. `read` gets the kernel with the snapshot as its database.
 */
export const readSnapshot = <K extends { db: Db }, T>(kernel: K, read: (kernel: K) => Promise<T>): Promise<T> =>
  kernel.db.transaction(
    // A transaction answers everything that stores ask of a database.
    tx => read(Object.create(kernel, { db: { value: tx, enumerable: true } }) as K),
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
