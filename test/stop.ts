/** Jest's global teardown: closes what start.ts opened. */
export default async function stop(): Promise<void> {}
