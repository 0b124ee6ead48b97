/**
 * The classes of DuckDB's functions, given by hand (disclosure.md 18). Names are those of the pinned engine; a name that it
 * has and this file has not stays without a class, which denies it and fails the tests.
 */

interface Group {
  readonly class: 'allow' | 'patient-only' | 'deny'
  readonly names: string
  readonly why?: string
  /** No row can make these raise. */
  readonly infallible?: true
}

const allow = 'allow'
const deny = 'deny'

export const scalarGroups: readonly Group[] = [
  {
    class: allow,
    infallible: true,
    names: `!~~ !~~* ^@ ~~ ~~* ~~~ || bit_length char_length character_length concat concat_ws contains
      ends_with instr lcase length len lower ltrim nfc_normalize ord ascii unicode octet_length position prefix
      replace reverse rtrim starts_with strip_accents strlen strpos suffix translate trim ucase upper
      isfinite isinf isnan sign signbit
      century day dayname dayofmonth dayofweek dayofyear decade era hour isodow isoyear microsecond
      millennium millisecond minute month monthname nanosecond quarter second week weekday weekofyear year yearweek
      json_valid typeof struct_pack row`,
  },
  // Series have a length that the query room bounds, from their operands or on each row.
  { class: allow, names: 'range generate_series' },
  // Those that bring their arguments to one type raise when a value does not fit it.
  { class: allow, names: 'greatest least list_value list_pack try_strptime' },
  {
    class: allow,
    names: `!__postfix % & * ** + - / // << >> @ ^ | ~ abs acos acosh add asin asinh atan atan2 atanh bit_count cbrt ceil
      ceiling cos cosh cot divide even exp factorial floor gamma gcd greatest_common_divisor lcm
      least_common_multiple lgamma ln log log10 log2 mod multiply nextafter pi pow power round sin sinh sqrt
      subtract tan tanh trunc xor radians degrees`,
  },
  {
    class: allow,
    names: `array_extract base64 bin bit_position chr damerau_levenshtein decode editdist3 encode format_bytes
      formatReadableDecimalSize formatReadableSize from_base64 from_binary from_hex get_bit hamming hex
      ilike_escape jaccard jaro_similarity jaro_winkler_similarity left left_grapheme length_grapheme levenshtein
      like_escape mismatches not_ilike_escape not_like_escape parse_dirname parse_dirpath parse_filename
      parse_formatted_bytes parse_path regexp_escape regexp_extract regexp_extract_all regexp_full_match
      regexp_matches regexp_replace regexp_split_to_array right right_grapheme set_bit split str_split
      str_split_regex string_split string_split_regex string_to_array substr substring substring_grapheme to_base
      to_base64 to_binary to_hex unbin unhex url_decode url_encode bitstring lpad rpad repeat`,
  },
  {
    class: allow,
    names: `julian last_day date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc epoch epoch_ms epoch_ns epoch_us
      make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz normalized_interval
      strftime strptime time_bucket timezone timezone_hour timezone_minute to_centuries to_days to_decades to_hours
      to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp
      to_weeks to_years`,
  },
  {
    class: allow,
    names: `&& <-> <=> <@ @> apply array_apply array_cat array_concat array_contains array_cosine_distance
      array_cosine_similarity array_cross_product array_distance array_distinct array_dot_product array_filter
      array_grade_up array_has array_has_all array_has_any array_indexof array_inner_product array_intersect
      array_length array_negative_dot_product array_negative_inner_product array_position array_resize array_reverse_sort array_select array_slice array_sort array_transform array_unique
      array_value array_where array_zip cardinality element_at filter flatten grade_up list_apply list_cat
      list_concat list_contains list_cosine_distance list_cosine_similarity list_distance list_distinct
      list_dot_product list_element list_extract list_filter list_grade_up list_has list_has_all list_has_any
      list_indexof list_inner_product list_intersect list_negative_dot_product list_negative_inner_product
      list_position list_resize list_reverse_sort list_select list_slice list_sort list_transform
      list_unique list_where list_zip`,
  },
  {
    class: allow,
    names: `enum_code map map_concat map_contains map_entries map_extract map_extract_value map_from_entries map_keys
      map_values struct_concat struct_contains struct_extract struct_extract_at struct_has struct_indexof
      struct_insert struct_keys struct_position struct_update struct_values union_extract union_tag union_value`,
  },
  {
    class: allow,
    names: `->> array_to_json json_array json_array_length json_contains json_exists json_extract json_extract_path
      json_extract_path_text json_extract_string json_keys json_merge_patch json_object json_quote json_structure
      json_type json_value row_to_json to_json`,
  },
  {
    class: deny,
    why: 'draws a pseudo-random subset of persons or a new number at each call',
    names: `hash md5 md5_number sha1 sha256 random setseed gen_random_uuid uuid uuidv4 uuidv7 nextval currval`,
  },
  {
    class: deny,
    why: 'shows a value outside the answer: in an error, a statistic, a log or a sort key',
    names: `error stats write_log parse_duckdb_log_message create_sort_key icu_sort_key vector_type`,
  },
  {
    class: deny,
    why: 'reads the clock; the query room puts the day of the request in its place',
    names: `age current_date current_localtime current_localtimestamp get_current_time get_current_timestamp now today
      transaction_timestamp`,
  },
  {
    class: deny,
    why: 'tells of the session, the catalogue or the machine',
    names: `alias current_connection_id current_database current_query current_query_id current_schema
      current_schemas current_setting current_transaction_id getvariable in_search_path txid_current version
      uuid_extract_timestamp uuid_extract_version`,
  },
  {
    class: deny,
    why: 'reads, writes or runs SQL given as a value',
    names: `json_deserialize_sql json_serialize_plan json_serialize_sql list_aggr list_aggregate array_aggr array_aggregate
      aggregate combine finalize`,
  },
  {
    class: deny,
    why: 'time or length of the answer is set by a value, a format or a fold, without bound',
    names: `sleep_ms bar equi_width_bins format printf json_pretty list_reduce array_reduce reduce`,
  },
  {
    class: deny,
    why: 'internal to the engine, or a form that no study has asked for yet',
    names: `__internal_compress_integral_ubigint __internal_compress_integral_uinteger
      __internal_compress_integral_usmallint __internal_compress_integral_utinyint
      __internal_compress_string_hugeint __internal_compress_string_ubigint __internal_compress_string_uhugeint
      __internal_compress_string_uinteger __internal_compress_string_usmallint
      __internal_compress_string_utinyint __internal_decompress_integral_bigint
      __internal_decompress_integral_hugeint __internal_decompress_integral_integer
      __internal_decompress_integral_smallint __internal_decompress_integral_ubigint
      __internal_decompress_integral_uhugeint __internal_decompress_integral_uinteger
      __internal_decompress_integral_usmallint __internal_decompress_string can_cast_implicitly cast_to_type
      constant_or_null enum_first enum_last enum_range enum_range_boundary from_json from_json_strict get_type
      is_histogram_other_bin json_transform json_transform_strict make_type remap_struct replace_type st_asbinary
      st_astext st_aswkb st_aswkt st_crs st_geomfromwkb st_intersects_extent st_setcrs switch
      timetz_byte_comparable unpivot_list variant_bytes_to_variant variant_extract variant_normalize
      variant_to_parquet_variant variant_typeof`,
  },
]

/** Collations by name: `icu_collate_fr` and a hundred more. */
export const collations = {
  prefix: 'icu_collate_',
  class: deny,
  why: 'order only, and text order is already given',
} as const

export const macroGroups: readonly Group[] = [
  {
    class: allow,
    names: `array_append array_pop_back array_pop_front array_prepend array_push_back array_push_front array_reverse
      array_to_string array_to_string_comma_default date_add days_in_month fdiv fmod json list_any_value list_append
      list_avg list_bit_and list_bit_or list_bit_xor list_bool_and list_bool_or list_count list_entropy list_first
      list_kurtosis list_kurtosis_pop list_last list_mad list_max list_median list_min list_mode list_prepend
      list_product list_reverse list_sem list_skewness list_stddev_pop list_stddev_samp list_string_agg list_sum
      list_var_pop list_var_samp map_contains_entry map_contains_value nullif round_even roundbankers split_part`,
  },
  {
    class: deny,
    why: 'an aggregate behind a name that looks like a scalar',
    names: `geomean geometric_mean wavg weighted_avg json_group_array json_group_object json_group_structure`,
  },
  {
    class: deny,
    why: 'approximate, or a table in disguise',
    names: `list_approx_count_distinct list_histogram generate_subscripts regexp_split_to_table`,
  },
  { class: deny, why: 'reads the clock', names: 'ago' },
  { class: deny, why: 'draws a pseudo-random subset of persons', names: 'md5_number_lower md5_number_upper' },
  {
    class: deny,
    why: 'tells of the session, the catalogue or the machine, or waits',
    names: `col_description current_catalog current_database current_query current_role current_schema current_schemas
      current_user format_pg_type format_type get_block_size has_any_column_privilege has_column_privilege
      has_database_privilege has_foreign_data_wrapper_privilege has_function_privilege has_language_privilege
      has_schema_privilege has_sequence_privilege has_server_privilege has_table_privilege
      has_tablespace_privilege inet_client_addr inet_client_port inet_server_addr inet_server_port
      map_to_pg_oid obj_description pg_collation_is_visible pg_conf_load_time pg_conversion_is_visible
      pg_function_is_visible pg_get_constraintdef pg_get_expr pg_get_viewdef pg_has_role pg_is_other_temp_schema
      pg_my_temp_schema pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible
      pg_postmaster_start_time pg_size_pretty pg_sleep pg_table_is_visible pg_ts_config_is_visible
      pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible pg_type_is_visible pg_typeof
      session_user shobj_description user`,
  },
]

export const aggregateGroups: readonly Group[] = [
  { class: allow, names: 'count count_star count_if countif sum avg mean' },
  {
    class: 'patient-only',
    why: 'across persons it is not run as it is: what is released in its place rests on k persons',
    names: `bool_and bool_or corr covar_pop covar_samp max median min mode quantile quantile_cont quantile_disc
      regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope sem stddev stddev_pop stddev_samp var_pop
      var_samp variance`,
  },
  {
    class: 'patient-only',
    why: 'across persons it would show the value of one, or has no evidence form yet',
    names: `any_value arbitrary arg_max arg_max_null arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax
      argmin array_agg bit_and bit_or bit_xor entropy favg first fsum group_concat histogram histogram_exact kahan_sum
      kurtosis kurtosis_pop last list listagg mad max_by min_by product regr_sxx regr_sxy regr_syy skewness string_agg
      sumkahan`,
  },
  {
    class: 'patient-only',
    why: 'a window: each row would tell of its neighbours',
    names: `cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense
      row_number`,
  },
  {
    class: deny,
    why: 'approximate, drawn at random, internal, or raises on its values',
    names: `approx_count_distinct approx_quantile approx_top_k reservoir_quantile sum_no_overflow bitstring_agg`,
  },
]

/** Everything else that makes a table is denied. */
export const tableGroups: readonly Group[] = [{ class: allow, names: 'range generate_series unnest' }]
export const otherTables = {
  class: deny,
  why: 'reads files, catalogue, settings or logs, or runs SQL',
} as const

/** Position of the argument whose literal sets the length of the answer. */
export const lengthArguments: Readonly<Record<string, number>> = {
  repeat: 1,
  lpad: 1,
  rpad: 1,
  bitstring: 1,
  to_base: 2,
  list_resize: 1,
  array_resize: 1,
}

/** Denied in text, seen in bound plans. */
export const bound = {
  scalar: {
    list_aggr: 'list_sum and its kin expand to it',
    list_aggregate: 'list_sum and its kin expand to it',
  },
  aggregate: { first: 'a scalar subquery is read through it' },
  table: { seq_scan: 'a granted table' },
}
