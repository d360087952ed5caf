import * as access from '#server/access/events.ts'
import * as data from '#server/data/events.ts'
import * as evaluation from '#server/evaluation/events.ts'
import * as monitoring from '#server/monitoring/events.ts'
import * as orchestration from '#server/orchestration/events.ts'
import type { PayloadOf } from '#server/platform/define-event.ts'
import * as registry from '#server/registry/events.ts'
import * as serving from '#server/serving/events.ts'
import * as training from '#server/training/events.ts'

const BY_DOMAIN = { access, data, training, evaluation, registry, serving, monitoring, orchestration }

type Values<T> = T[keyof T]
type AnyEvent = Values<{ [D in keyof typeof BY_DOMAIN]: Values<(typeof BY_DOMAIN)[D]> }>

/** Every event of every domain. */
export const EVENTS = Object.values(BY_DOMAIN).flatMap(domain => Object.values(domain)) as AnyEvent[]

export type EventName = AnyEvent['name']
/** The payload of each event, by its name. */
export type EventPayloads = { [E in AnyEvent as E['name']]: PayloadOf<E> }
