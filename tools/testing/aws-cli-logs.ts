import { type Answer, type Commands, text } from './aws-cli-options.ts'
import type { LogLine } from './aws-services.ts'

type Logs = ReadonlyMap<string, readonly LogLine[]>

/** Commands that query log groups, by name. */
export function logCommands(logs: () => Logs): Commands {
  const queries: Answer[] = []
  return {
    'logs start-query': {
      takes: ['start-time', 'end-time', 'limit?', 'query-string'],
      run({ 'start-time': from, 'end-time': to, 'query-string': query }) {
        queries.push(insights(logs(), text(query), Number(from) * 1000, Number(to) * 1000 + 999))
        return { queryId: String(queries.length) }
      },
    },
    'logs get-query-results': {
      takes: ['query-id'],
      run: ({ 'query-id': id }) => ({ status: 'Complete', results: queries[Number(id) - 1] }),
    },
  }
}

/** The only form of a Logs Insights query in the guide. */
function insights(logs: Logs, query: string, from: number, to: number): Answer {
  const [, source = '', fields = '', types = '', order = ''] =
    /^SOURCE logGroups\(namePrefix:\s*\[([^\]]*)\]\)\s*\|\s*fields ([\w, @]+?)\s*\|\s*filter type in \[([^\]]*)\]\s*\|\s*sort (\w+)$/.exec(
      query,
    ) ?? []
  const listed = (list: string) => [...list.matchAll(/'([^']+)'/g)].map(([, each = '']) => each)
  const [prefixes, wanted] = [listed(source), listed(types)]
  if (prefixes.length === 0 || wanted.length === 0) throw new Error('MalformedQueryException')
  return [...logs]
    .filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)))
    .flatMap(([, lines]) => lines)
    .filter(({ type, time }) => wanted.includes(type) && Date.parse(time) >= from && Date.parse(time) <= to)
    .sort((a, b) => (a[order] < b[order] ? -1 : 1))
    .map((line) => [
      ...fields
        .split(/,\s*/)
        .filter((field) => line[field] !== undefined)
        .map((field) => ({ field, value: String(line[field]) })),
      { field: '@ptr', value: 'x' },
    ])
}
