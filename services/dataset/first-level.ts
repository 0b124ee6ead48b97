/**
 * The form of first-level pseudonyms: those that a holder makes before anything leaves its house (`huisclos pseudonymise`).
 * Function and version of the key are visible, so that a list or a file of another key is known for what it is
 * (governance.md 9, points 6.1 to 6.5). Only the form is known here: the key never reaches the platform.
 */

/** `h1` is HMAC-SHA-256 cut to 128 bits. */
const form = /^h1k([0-9]{2})_[0-9a-f]{32}$/

/** The same as a pattern of the engine. */
export const firstLevelPattern = 'h1k[0-9]{2}_[0-9a-f]{32}'

/** Whether a text is a first-level pseudonym: no number of a person and no plain hash of one is. */
export function isFirstLevel(text: string): boolean {
  return form.test(text)
}
