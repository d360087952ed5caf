'use client'
import { MantineProvider } from '@mantine/core'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import { type ReactNode, useState } from 'react'
import { TRPCProvider } from '#components/trpc.ts'
import { NotificationHost } from '#components/ui/notification-host.tsx'
import { theme } from '#components/ui/theme.ts'
import type { AppRouter } from '#server/api/root.ts'
import { makeQueryClient } from './query-client.ts'

let ofThisBrowser: QueryClient | undefined

/** Returns one cache per browser tab; on the server one per response, so that data never reaches another user. */
const queryClient = () => {
  if (typeof window === 'undefined') return makeQueryClient()
  ofThisBrowser ??= makeQueryClient()
  return ofThisBrowser
}

/** Batch limit of the server. */
const MAX_BATCH = 20

export function Providers({ nonce, children }: { nonce?: string; children: ReactNode }) {
  const queries = queryClient()
  const [client] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [httpBatchLink({ url: '/api/trpc', maxItems: MAX_BATCH, maxURLLength: 6000 })],
    }),
  )
  return (
    <NuqsAdapter>
      <QueryClientProvider client={queries}>
        <TRPCProvider trpcClient={client} queryClient={queries}>
          <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce ? () => nonce : undefined}>
            <NotificationHost />
            {children}
          </MantineProvider>
        </TRPCProvider>
      </QueryClientProvider>
    </NuqsAdapter>
  )
}
