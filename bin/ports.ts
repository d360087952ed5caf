import { createServer } from 'node:net'

/** Throws an error that names port and variable if the port is in use. */
export async function requireFreePort(host: string, port: number, variable: string, purpose: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(
          new Error(
            `Port ${port} (${purpose}) is taken by another program. Stop it, or choose another: ${variable}=${port + 100} npm start`,
          ),
        )
      else if (error.code === 'EACCES')
        reject(
          new Error(
            `Port ${port} (${purpose}) needs more rights than this user has. Choose a port above 1023: ${variable}=${port + 3000} npm start`,
          ),
        )
      else if (error.code === 'EADDRNOTAVAIL')
        reject(
          new Error(
            `HOST=${host} is not an address of this machine. Use 127.0.0.1, 0.0.0.0 or another of its addresses.`,
          ),
        )
      else reject(error)
    })
    server.listen(port, host, resolve)
  })
  await new Promise(resolve => server.close(resolve))
}
