/// <reference types="next" />
/// <reference types="next/image-types/global" />
// The part of next-env.d.ts that needs no build.
