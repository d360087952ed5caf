import NextAuth from 'next-auth'
import { bridge } from '../../../server.ts'

export const dynamic = 'force-dynamic'

/** next-auth's own routes: CSRF token, sign-in, sign-out. What it decides with lies beyond the bridge. */
const answer = (request: Request, context: { params: Promise<{ nextauth: string[] }> }) =>
  NextAuth(bridge().auth)(request, context)

export { answer as GET, answer as POST }
