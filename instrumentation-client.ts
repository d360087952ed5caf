import { config } from 'zod/v4/core'

// Runs before any page code. Zod would try whether it may compile checks at run time, which the content-security policy refuses and reports.
config({ jitless: true })
