// Runs before any page code, and before zod is loaded: zod would try to compile checks at run time, which the content-security policy refuses.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })
