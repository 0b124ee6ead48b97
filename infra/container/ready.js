// Exits with 0 where the node beside it is ready; `ready.js /healthz` where it lives. It asks from the same
// address as the reverse proxy, the one that the node answers.
const { HUISCLOS_PORT = '8080' } = process.env
const [path = '/readyz'] = process.argv.slice(2)
const answer = await fetch(`http://127.0.0.1:${HUISCLOS_PORT}${path}`).catch(() => null)
process.exitCode = answer?.status === 200 ? 0 : 1
