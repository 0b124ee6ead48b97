/**
 * What other dialects of SQL, and functions that are not allowed, are written as here. Data only: lower-case names, each with
 * an accepted form; null where nothing in the language does it.
 */
const forms: readonly (readonly [names: string, form: string | null])[] = [
  // dates and times
  ['timestampdiff date_difference days_between', "date_diff('day', a, b)"],
  ['months_between', "date_diff('month', a, b)"],
  ['age', "date_sub('year', a, b)"],
  ['dateadd adddate add_days subdate timestampadd', 'd + INTERVAL 1 DAY'],
  ['add_months', 'd + INTERVAL 1 MONTH'],
  ['to_char date_format format_date datename format_timestamp', "strftime(d, '%Y-%m')"],
  ['to_date str_to_date parse_date date_parse parse_timestamp', "CAST(strptime(x, '%Y-%m-%d') AS DATE)"],
  ['getdate sysdate curdate systimestamp current_time curtime current_localtime ago', 'current_date'],
  ['trunc_date timestamp_trunc datetime_trunc', "date_trunc('month', d)"],
  ['date_bucket', 'time_bucket(INTERVAL 7 DAY, d)'],
  ['eomonth end_of_month', 'last_day(d)'],
  ['datefromparts date_from_parts', 'make_date(y, m, d)'],
  ['unix_timestamp to_unixtime', 'epoch(d)'],
  ['from_unixtime', 'to_timestamp(x)'],
  // values that are absent, and conversions
  ['nvl isnull', 'coalesce(x, y)'],
  ['zeroifnull', 'coalesce(x, 0)'],
  ['nullifzero', 'nullif(x, 0)'],
  ['nvl2 iff iif switch choose', 'CASE WHEN p THEN x ELSE y END'],
  ['safe_cast convert try_convert try_to_number to_number cast_to_type', 'TRY_CAST(x AS DOUBLE)'],
  ['isnumeric is_numeric', 'TRY_CAST(x AS DOUBLE) IS NOT NULL'],
  ['str to_string to_varchar', 'CAST(x AS VARCHAR)'],
  // text
  ['printf format', 'concat(x, y)'],
  ['charindex locate indexof index_of patindex', 'instr(x, y)'],
  ['mid substring_index stuff overlay', 'substring(x, 1, 3)'],
  ['initcap', 'upper(left(x, 1)) || lower(substring(x, 2))'],
  ['datalength', 'strlen(x)'],
  ['char', 'chr(x)'],
  ['space', "repeat(' ', 3)"],
  ['regexp_like rlike regex_match', "regexp_matches(x, '^E1[0-4]')"],
  ['regexp_substr regex_extract', "regexp_extract(x, '[0-9]+')"],
  ['regexp_count', "len(regexp_extract_all(x, '[0-9]+'))"],
  ['soundex difference metaphone', 'jaro_winkler_similarity(x, y)'],
  ['json_extract_scalar get_json_object json_query', "json_extract_string(x, '$.a')"],
  // numbers
  ['truncate', 'trunc(x)'],
  ['sqr square', 'pow(x, 2)'],
  ['width_bucket equi_width_bins', 'floor(x / 10) * 10'],
  // lists
  ['size array_size', 'len(l)'],
  ['explode', 'FROM unnest([1, 2])'],
  ['list_reduce array_reduce reduce list_aggregate list_aggr array_aggregate array_aggr fold', 'list_sum(l)'],
  // aggregates
  [
    'percentile_cont percentile approx_percentile approx_quantile reservoir_quantile',
    'quantile_cont(x, 0.5)',
  ],
  ['percentile_disc', 'quantile_disc(x, 0.5)'],
  ['approx_count_distinct ndv hll approx_distinct count_distinct', 'count(DISTINCT x)'],
  ['approx_top_k', 'count(*) … GROUP BY x ORDER BY 2 DESC LIMIT 10'],
  ['every logical_and', 'bool_and(p)'],
  ['any some logical_or', 'bool_or(p)'],
  ['countifs', 'count_if(p)'],
  ['sumif', 'sum(x) FILTER (WHERE p)'],
  ['averageif avgif', 'avg(x) FILTER (WHERE p)'],
  ['stdev std stdevp', 'stddev(x)'],
  ['var varp', 'variance(x)'],
  ['geomean geometric_mean', 'exp(avg(ln(x)))'],
  ['wavg weighted_avg', 'sum(x * w) / sum(w)'],
  ['collect_list collect_set array_concat_agg', 'list(x)'],
  ['concat_agg', "string_agg(x, ',')"],
  ['ratio_to_report', 'x / sum(x) OVER ()'],
  // nothing does these
  ['random rand rnd newid uuid gen_random_uuid uuidv4 uuidv7 setseed', null],
  ['hash md5 sha1 sha2 sha256 checksum crc32 fingerprint', null],
  ['user current_user session_user version pg_sleep sleep sleep_ms', null],
]

const byName: ReadonlyMap<string, string | null> = new Map(
  forms.flatMap(([names, form]) => names.split(' ').map((name) => [name, form] as const)),
)

/** The accepted form for a name in any case; null when nothing does it, undefined when the name is not known here. */
export function synonymOf(name: string): string | null | undefined {
  return byName.get(name.toLowerCase())
}

/** Every name of the table. */
export const synonyms: readonly string[] = [...byName.keys()]
