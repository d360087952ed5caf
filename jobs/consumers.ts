import type { Consumer } from '#server/platform/define-consumer.ts'
import { watchEndpoints } from './monitoring/watch-endpoints.ts'

/** One line per consumer of events. */
// biome-ignore lint/suspicious/noExplicitAny: consumers of different events in one list; each checks the payloads of its own
export const consumers: Consumer<any>[] = [watchEndpoints]
