import { type ChildProcess, fork } from 'node:child_process'
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

export const freePort = () =>
  new Promise<number>(resolve => {
    const server = createTcpServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

/** A way to the database that can be cut: what a serve process sees when the database is killed. */
export class CuttableWay {
  readonly url: string
  readonly #server: Server
  readonly #port: number
  readonly #sockets = new Set<Socket>()
  #open = true

  private constructor(server: Server, port: number, url: string) {
    this.#server = server
    this.#port = port
    this.url = url
  }

  static async to(databaseUrl: string): Promise<CuttableWay> {
    const target = new URL(databaseUrl)
    const port = await freePort()
    let way: CuttableWay
    const server = createTcpServer(socket => {
      const onward = connect(Number(target.port), target.hostname)
      for (const s of [socket, onward]) {
        way.#sockets.add(s)
        s.on('error', () => undefined)
        s.on('close', () => {
          way.#sockets.delete(s)
          socket.destroy()
          onward.destroy()
        })
      }
      socket.pipe(onward).pipe(socket)
    })
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
    way = new CuttableWay(
      server,
      port,
      Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(port) }).href,
    )
    return way
  }

  cut(): Promise<void> {
    this.#open = false
    for (const socket of this.#sockets) socket.destroy()
    return new Promise(resolve => this.#server.close(() => resolve()))
  }

  mend(): Promise<void> {
    this.#open = true
    return new Promise(resolve => this.#server.listen(this.#port, '127.0.0.1', resolve))
  }

  async close(): Promise<void> {
    if (this.#open) await this.cut()
  }
}

export interface RunningServe {
  child: ChildProcess
  base: string
  end(signal: NodeJS.Signals): Promise<void>
}

/** The real process, as the supervisor starts it; resolves when it says that it is ready. */
export async function spawnServe(environment: Record<string, string>, port: number): Promise<RunningServe> {
  const child = fork(fileURLToPath(new URL('./start.ts', import.meta.url)), [], {
    env: { ...process.env, LOG_LEVEL: 'error', TZ: 'UTC', ...environment, INFERENCE_PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  await Promise.race([
    new Promise<void>(resolve => child.once('message', () => resolve())),
    ended.then(() => {
      throw new Error('the serve process ended before it was ready')
    }),
  ])
  return {
    child,
    base: `http://127.0.0.1:${port}`,
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}
