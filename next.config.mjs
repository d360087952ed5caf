/** @type {import('next').NextConfig} */
const config = {
  // `bin/build.ts` builds beside the folder that is served and swaps the two.
  distDir: process.env.FLEXIML_NEXT_DIST || '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // `npm test` checks the types of everything; a start must not do it again.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
  experimental: {
    optimizePackageImports: ['@mantine/core', '@mantine/hooks', '@tabler/icons-react'],
  },
}

export default config
