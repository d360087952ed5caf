import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '#server/kernel/errors.ts'
import { currentCursor, readEvents } from '#server/platform/events.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Signal } from '#server/platform/notifier.ts'
import type { ApiContext, SignedIn } from './trpc.ts'

/** Equal signals within this time are sent once. */
const COALESCE_MS = 250
const HEARTBEAT_MS = 15_000
/** How long a revoked session or a removed member may still receive signals (never content). */
const RECHECK_MS = 5000
/** Polling interval for events, since a notification may be missed. */
const POLL_MS = 2000
const MAX_STREAMS_PER_PERSON = 30

export interface LiveAccess {
  /** Creates the context again: throws or has no person if the session was revoked since. */
  contextFor(headers: Headers): Promise<ApiContext>
  /** Ids of the projects that the person may read now. */
  projectIdsOf(person: SignedIn): Promise<ReadonlySet<string>>
}

export interface LiveHub {
  readonly open: number
  connect(req: IncomingMessage, res: ServerResponse, headers: Headers): Promise<void>
  close(): Promise<void>
}

interface Stream {
  res: ServerResponse
  person: SignedIn
  projects: ReadonlySet<string>
  pending: Map<string, Signal>
  timer?: NodeJS.Timeout
}

/**
 * Streams to each browser what changed, as `{topic, projectId, id}` without content: pages fetch again through tRPC, which authorizes as
 * always. Sources are the notifications of all processes and the events, whose domain becomes the topic `domain:<name>`.
 */
export async function createLiveHub(kernel: Kernel, access: LiveAccess): Promise<LiveHub> {
  const streams = new Set<Stream>()
  let sequence = 0

  const write = (stream: Stream, event: string, data: unknown) => {
    // A slow reader is disconnected; it reconnects and fetches everything again.
    if (stream.res.writableLength > 256 * 1024) return stream.res.destroy()
    stream.res.write(`id: ${++sequence}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const flush = (stream: Stream) => {
    stream.timer = undefined
    const signals = [...stream.pending.values()]
    stream.pending.clear()
    if (signals.length > 0) write(stream, 'changed', signals)
  }
  const publish = (signal: Signal) => {
    if (signal.topic === 'events' || signal.topic.startsWith('lane:')) return
    for (const stream of streams) {
      if (signal.projectId !== undefined && !stream.projects.has(signal.projectId)) continue
      stream.pending.set(`${signal.topic}|${signal.projectId ?? ''}|${signal.id ?? ''}`, signal)
      stream.timer ??= setTimeout(flush, COALESCE_MS, stream)
    }
  }
  const resetAll = () => {
    for (const stream of streams) write(stream, 'reset', {})
  }

  let cursor = await currentCursor(kernel.db)
  let reading = false
  let again = false
  async function tail(): Promise<void> {
    if (reading) {
      again = true
      return
    }
    reading = true
    try {
      do {
        again = false
        if (streams.size === 0) cursor = await currentCursor(kernel.db)
        const events = streams.size === 0 ? [] : await readEvents(kernel.db, cursor)
        for (const event of events) {
          publish({ topic: `domain:${event.type.split('.')[0]}`, projectId: event.projectId })
          cursor = { xid: event.xid, seq: event.seq }
        }
        if (events.length === 500) again = true
      } while (again)
    } catch (error) {
      kernel.log.debug({ err: error }, 'events not read; tried again')
    } finally {
      reading = false
    }
  }

  const unlisten = await kernel.notifier.listen(signal => {
    if (signal.topic === 'events') void tail()
    else publish(signal)
  }, resetAll)
  const poll = setInterval(() => void tail(), POLL_MS)
  poll.unref()

  async function recheck(stream: Stream, headers: Headers): Promise<void> {
    try {
      const { person } = await access.contextFor(headers)
      if (!person) {
        write(stream, 'ended', {})
        stream.res.end()
        return
      }
      stream.projects = await access.projectIdsOf(person)
    } catch (error) {
      kernel.log.debug({ err: error }, 'live stream not rechecked')
      // A reader that cannot be checked receives nothing until the database is back.
      stream.projects = new Set()
    }
  }

  return {
    get open() {
      return streams.size
    },
    async connect(req, res, headers) {
      const { person } = await access.contextFor(headers)
      if (!person) throw new AppError('unauthenticated', 'Sign in first.')
      if ([...streams].filter(s => s.person.userId === person.userId).length >= MAX_STREAMS_PER_PERSON)
        throw new AppError('too_many_requests', 'Too many live streams are open.', { retryAfterSeconds: 30 })
      const stream: Stream = { res, person, projects: await access.projectIdsOf(person), pending: new Map() }
      res.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        connection: 'keep-alive',
      })
      res.write('retry: 2000\n\n')
      streams.add(stream)
      // Signals are not kept for a disconnected browser: it fetches again what it shows.
      write(stream, req.headers['last-event-id'] === undefined ? 'open' : 'reset', {})
      const beat = setInterval(() => res.write(': beat\n\n'), HEARTBEAT_MS)
      const check = setInterval(() => void recheck(stream, headers), RECHECK_MS)
      res.once('close', () => {
        clearInterval(beat)
        clearInterval(check)
        clearTimeout(stream.timer)
        streams.delete(stream)
      })
    },
    async close() {
      clearInterval(poll)
      for (const stream of streams) stream.res.end()
      await unlisten().catch(() => undefined)
    },
  }
}
