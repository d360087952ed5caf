import { readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'

const PREFIX = '/_next/static/'
const SUFFIX = '.br'
const TYPES: Record<string, string> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' }

function listFiles(folder: string): Set<string> {
  try {
    return new Set(readdirSync(folder, { recursive: true }).map(String))
  } catch {
    // In development there is no build.
    return new Set()
  }
}

/**
 * Returns how to send files of the build that `bin/build.ts` compressed with Brotli, about an eighth smaller than what Next compresses
 * for each request. It answers whether it sent the file.
 */
export function createStaticFiles(folder: string) {
  const files = listFiles(folder)
  return async (path: string, request: FastifyRequest, reply: FastifyReply): Promise<boolean> => {
    if (!path.startsWith(PREFIX) || request.method !== 'GET') return false
    const name = path.slice(PREFIX.length)
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)]
    // Only names listed at the start: no path leads out of the folder.
    if (!type || !files.has(name + SUFFIX)) return false
    if (!/\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))) return false
    const file = await open(join(folder, name + SUFFIX)).catch(() => null)
    if (!file) return false
    const { size } = await file.stat()
    reply
      .code(200)
      .header('content-type', type)
      .header('content-encoding', 'br')
      .header('content-length', size)
      .header('vary', 'accept-encoding')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(file.createReadStream())
    return true
  }
}
