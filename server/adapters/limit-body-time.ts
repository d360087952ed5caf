import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

/** Time in which a body must arrive; for a stream of bytes, the interval in which `STREAM_MIN_BYTES` must arrive. */
const BODY_TIMEOUT_MS = 60_000
/** An upload slower than this is refused: about 1 KB per second. */
const STREAM_MIN_BYTES = 64 * 1024

/** True while the server itself is the slow side: bytes have arrived that it has not read yet. */
const isReaderBehind = (raw: IncomingMessage) => raw.readableLength >= raw.readableHighWaterMark

/**
 * Closes the connection of a request whose body does not arrive in time. The limit holds after the response too: the rest of a refused body
 * is still read then. A stream of bytes may take hours if it makes progress.
 */
export function limitBodyTime(
  raw: IncomingMessage,
  { isStream = false, timeoutMs = BODY_TIMEOUT_MS }: { isStream?: boolean; timeoutMs?: number } = {},
): void {
  const { socket } = raw
  // Requests that tests inject have no connection.
  if (raw.complete || !(socket instanceof Socket)) return
  let seen = socket.bytesRead
  const timer = setInterval(() => {
    if (raw.complete || socket.destroyed) return clearInterval(timer)
    const received = socket.bytesRead - seen
    seen = socket.bytesRead
    if (isStream && (received >= STREAM_MIN_BYTES || isReaderBehind(raw))) return
    clearInterval(timer)
    socket.destroy()
  }, timeoutMs)
  timer.unref()
  raw.once('end', () => clearInterval(timer))
}
