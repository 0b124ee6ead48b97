/** The same question from a tool of one's own, with a personal access token; as docs/tools.md has it. Pure. */

export const tools = ['curl', 'Python', 'R', 'DuckDB', 'DBeaver', 'huisclos'] as const
export type Tool = (typeof tools)[number]

export interface Question {
  readonly address: string
  readonly project: string
  readonly sql: string
  readonly purpose?: string
  readonly objective?: string
}

/** A text to be run as it is once the variable HUISCLOS_TOKEN holds a token. */
export function snippetOf(tool: Tool, question: Question): string {
  const { address, project, ...body } = question
  const url = `${address}/api/v1/projects/${project}/queries`
  return writers[tool]({ address, project, url, body })
}

interface Call {
  readonly address: string
  readonly project: string
  readonly url: string
  readonly body: Omit<Question, 'address' | 'project'>
}

const writers: Readonly<Record<Tool, (call: Call) => string>> = {
  curl: (call) => curlOf(call, "--header 'Accept: text/csv'"),
  Python: pythonOf,
  R: rOf,
  DuckDB: (call) => `${fetching(call)}duckdb -c "FROM '${file}'"\n`,
  DBeaver: (call) => `${fetching(call)}echo "SELECT * FROM read_parquet('$PWD/${file}')"\n`,
  huisclos: commandOf,
}

/** Where tools that open files find an answer. */
const file = 'huisclos.parquet'

/** A whole answer with its types, as a file of the person's own machine. */
function fetching(call: Call): string {
  return curlOf(call, `--header 'Accept: application/vnd.apache.parquet' --output ${file}`)
}

/** One word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function curlOf({ url, body }: Call, form: string): string {
  return `curl --fail-with-body ${url} \\
  --header "Authorization: Bearer $HUISCLOS_TOKEN" \\
  --header 'Content-Type: application/json' \\
  ${form} \\
  --data ${quoted(JSON.stringify(body))}
`
}

/** In the session of `huisclos login`; it needs no token. */
function commandOf({ address, project, body: { sql, purpose, objective } }: Call): string {
  const aims = Object.entries({ purpose, objective }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoted(value)}`],
  )
  const options = [`--project ${quoted(project)}`, ...aims, '--format csv'].join(' ')
  return `export HUISCLOS_URL=${address}
npx huisclos login
npx huisclos query ${options} ${quoted(sql)}
`
}

/** A JSON text is a literal of Python too, as long as it holds nothing but texts. */
function pythonOf({ url, body }: Call): string {
  return `import json, os, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(url)},
    data=json.dumps(${JSON.stringify(body)}).encode(),
    headers={
        "Authorization": f"Bearer {os.environ['HUISCLOS_TOKEN']}",
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request) as response:
    answer = json.load(response)
names = [column["name"] for column in answer["columns"]]
for row in answer["rows"]:
    print(dict(zip(names, row)))
`
}

/** The escapes of a JSON text are those of a text in R. */
function rOf({ url, body }: Call): string {
  const members = Object.entries(body).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  return `library(httr2)

request(${JSON.stringify(url)}) |>
  req_auth_bearer_token(Sys.getenv("HUISCLOS_TOKEN")) |>
  req_headers(Accept = "text/csv") |>
  req_body_json(list(${members.join(', ')})) |>
  req_perform() |>
  resp_body_string() |>
  (\\(text) read.csv(text = text))()
`
}
