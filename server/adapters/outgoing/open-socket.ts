import { connect, type Socket } from 'node:net'
import { AppError } from '#server/kernel/errors.ts'
import { allowedAddresses, explainConnection, type OutgoingPolicy } from './policy.ts'

const CONNECT_MS = 10_000

function connectTo(address: string, port: number, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Connect to the checked address: the name must not be resolved a second time.
    const socket = connect({ host: address, port, noDelay: true, keepAlive: true })
    const fail = (error: Error) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      socket.destroy()
      reject(error)
    }
    const stop = () => fail(new AppError('cancelled', 'It was stopped.'))
    const timer = setTimeout(() => fail(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' })), CONNECT_MS)
    signal?.addEventListener('abort', stop, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

/** Opens a TCP socket to a host that a user entered, for drivers that accept one (they start TLS on it with the name). */
export async function openSocket(
  policy: OutgoingPolicy,
  target: { host: string; port: number; signal?: AbortSignal },
): Promise<Socket> {
  const addresses = await allowedAddresses(policy, target.host)
  let last: unknown
  for (const address of addresses) {
    target.signal?.throwIfAborted()
    try {
      return await connectTo(address, target.port, target.signal)
    } catch (error) {
      last = error
    }
  }
  throw explainConnection(last, `${target.host}:${target.port}`)
}
