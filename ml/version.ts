/** Stored in every bundle. Increment it when the same input may give another model. */
export const ENGINE_VERSION = '1.0.0'
