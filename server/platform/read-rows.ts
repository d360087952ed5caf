import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import type { Handle } from '#db/client.ts'

/** Runs a raw statement and checks each row against the schema. Not for hot paths. */
export async function readRows<T extends z.ZodType>(db: Handle, statement: SQL, row: T): Promise<z.output<T>[]> {
  return z.array(row).parse([...(await db.execute(statement))])
}
