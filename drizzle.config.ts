import { defineConfig } from 'drizzle-kit'

/** Only used to draft SQL (`npx drizzle-kit generate`); drafts are edited by hand and named `NNNN_verb_noun.sql`. */
export default defineConfig({ dialect: 'postgresql', schema: './db/schema/*.ts', out: './db/drafts' })
