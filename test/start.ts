/** Jest's global setup: the one place of the tests that starts a server or touches TMPDIR. */
export default async function start(): Promise<void> {}
