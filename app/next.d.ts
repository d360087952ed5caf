/// <reference types="next" />
/// <reference types="next/image-types/global" />
// What Next writes into next-env.d.ts, without the part that a build must have made first.
