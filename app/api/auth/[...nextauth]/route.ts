import NextAuth from 'next-auth'
import { bridge } from '../../../server.ts'

export const dynamic = 'force-dynamic'

/** Serves the routes of next-auth: CSRF token, sign-in, sign-out. Its configuration comes through the bridge. */
const answer = (request: Request, context: { params: Promise<{ nextauth: string[] }> }) =>
  NextAuth(bridge().auth)(request, context)

export { answer as GET, answer as POST }
