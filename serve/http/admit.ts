import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Permission } from '#server/access/contract.ts'
import { systemClock } from '#server/kernel/clock.ts'
import type { LiveEndpoint, RouteTable } from '../router/route-table.ts'
import { notFound, type TokenBook } from './token-book.ts'

export type Address = { Params: { project: string; endpoint: string } }

/** Checks the token of a request and finds its endpoint. */
export type Admit = (request: FastifyRequest<Address>, permission: Permission) => LiveEndpoint | Promise<LiveEndpoint>

/** Returns a promise only for a token that must be searched in the database: the usual request waits for no other turn. */
export function createAdmit(tokens: TokenBook, routes: RouteTable): Admit {
  return (request, permission) => {
    const { project, endpoint } = request.params
    const find = () => {
      const live = routes.find(project, endpoint)
      if (!live) throw notFound()
      return live
    }
    const pending = tokens.authorize(request.headers.authorization, project, endpoint, permission, systemClock.now())
    return pending ? pending.then(find) : find()
  }
}

/** Route options that check the token before the body is read: requests without one must not cost memory. */
export const admitFirst = (admit: Admit, permission: Permission) => ({
  onRequest: (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    const admitted = admit(request as FastifyRequest<Address>, permission)
    if (admitted instanceof Promise) admitted.then(() => done(), done)
    else done()
  },
})
