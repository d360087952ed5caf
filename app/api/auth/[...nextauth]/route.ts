import NextAuth from 'next-auth'
import { bridge } from '../../../server.ts'

export const dynamic = 'force-dynamic'

/**
 * Serves the routes of next-auth: CSRF token, sign-in, sign-out. Its configuration comes through the bridge. A request that next-auth
 * cannot read is the client's fault; next-auth answers 500.
 */
async function answer(request: Request, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const response: Response | undefined = await NextAuth(bridge().auth)(request, context).catch(() => undefined)
  if (response !== undefined && response.status < 500) return response
  return Response.json(
    { error: { code: 'bad_request', message: 'Sign-in cannot read this request.' } },
    { status: 400 },
  )
}

export { answer as GET, answer as POST }
