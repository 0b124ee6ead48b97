/** The same question from a tool of one's own, with a personal access token; as docs/tools.md has it. Pure. */

export const tools = ['curl', 'Python', 'R'] as const
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
  return { curl: curlOf, Python: pythonOf, R: rOf }[tool]({ url, body })
}

interface Call {
  readonly url: string
  readonly body: Readonly<Record<string, string>>
}

function curlOf({ url, body }: Call): string {
  const json = JSON.stringify(body).replaceAll("'", "'\\''")
  return `curl --fail-with-body ${url} \\
  --header "Authorization: Bearer $HUISCLOS_TOKEN" \\
  --header 'Content-Type: application/json' \\
  --header 'Accept: text/csv' \\
  --data '${json}'
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
