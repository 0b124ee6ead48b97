/**
 * The classes of DuckDB's settings and statements, given by hand (disclosure.md 17 and 18). As with functions, a name that the
 * engine has and this file has not stays without a class, and fails the tests.
 */
import type { SettingClass, StatementClass } from '../services/engine/capabilities.ts'

interface SettingGroup {
  readonly class: SettingClass
  readonly why: string
  readonly names: string
}

/** No text sets any of them: SET is not in the language, and the configuration is locked. */
export const settingGroups: readonly SettingGroup[] = [
  {
    class: 'fixed',
    why: 'given a value of ours when a process opens the engine, or following one that is',
    names: `allow_community_extensions allow_persistent_secrets allow_unsigned_extensions allowed_configs
      allowed_directories allowed_paths autoinstall_known_extensions autoload_known_extensions disabled_filesystems
      enable_external_access ieee_floating_point_ops lock_configuration max_expression_depth max_memory memory_limit
      temp_directory threads TimeZone worker_threads write_buffer_row_group_memory_limit`,
  },
  {
    class: 'meaning',
    why: 'changes what a statement means: the value of the engine is part of this file',
    names: `Calendar binary_as_string default_collation default_null_order default_order deprecated_using_key_syntax
      disable_timestamptz_casts integer_division lambda_syntax null_order old_implicit_casting
      order_by_non_integer_literal pivot_limit preserve_identifier_case preserve_insertion_order
      scalar_subquery_error_on_multiple_rows`,
  },
  {
    class: 'closed',
    why: 'files, network, extensions, secrets and accounts: shut out by the values that are fixed',
    names: `access_mode allow_extensions_metadata_mismatch allow_parser_override_extension allow_unredacted_secrets
      autoinstall_extension_repository custom_extension_repository custom_user_agent default_secret_storage duckdb_api
      extension_directories extension_directory file_search_path force_mbedtls_unsafe home_directory http_proxy
      http_proxy_password http_proxy_username log_query_path password profile_output profiling_output schema search_path
      secret_directory temp_file_encryption user username`,
  },
  {
    class: 'telling',
    why: 'logs, profiles, plans and errors, none of which leaves the process',
    names: `custom_profiling_settings disabled_log_types enable_http_logging enable_logging enable_profiling
      enable_progress_bar enable_progress_bar_print enabled_log_types errors_as_json explain_output http_logging_output
      catalog_error_max_schemas logging_level logging_mode logging_storage profiling_coverage profiling_mode
      progress_bar_time warnings_as_errors`,
  },
  {
    class: 'work',
    why: 'how the work is done and how data are laid out, not what comes out',
    names: `__delta_only_variant_encoding_enabled allocator_background_threads
      allocator_bulk_deallocation_flush_threshold allocator_flush_threshold arrow_large_buffer_size
      arrow_lossless_conversion arrow_output_list_view arrow_output_version asof_loop_join_threshold
      auto_checkpoint_skip_wal_threshold block_allocator_memory checkpoint_threshold
      current_transaction_invalidation_policy debug_asof_iejoin debug_checkpoint_abort debug_checkpoint_sleep_ms
      debug_eviction_queue_sleep_micro_seconds debug_force_external debug_force_no_cross_product
      debug_physical_table_scan_execution_strategy debug_skip_checkpoint_on_commit debug_verify_blocks
      debug_verify_vector debug_window_mode default_block_size disable_database_invalidation
      disable_parquet_prefetching disabled_compression_methods disabled_optimizers dynamic_or_filter_threshold
      enable_caching_operators enable_external_file_cache enable_fsst_vectors enable_geoparquet_conversion
      enable_http_metadata_cache enable_macro_dependencies enable_object_cache enable_view_dependencies
      experimental_metadata_reuse external_threads force_bitpacking_mode force_column_metadata_reuse
      force_compression force_variant_shredding geometry_minimum_shredding_size ignore_unknown_crs
      immediate_transaction_mode index_scan_max_count index_scan_percentage late_materialization_max_rows
      max_temp_directory_size max_vacuum_tasks merge_join_threshold nested_loop_join_threshold
      ordered_aggregate_threshold parquet_metadata_cache partitioned_write_flush_threshold
      partitioned_write_max_open_files perfect_ht_threshold pin_threads pivot_filter_threshold prefer_range_joins
      prefetch_all_parquet_files produce_arrow_string_view scheduler_process_partial storage_block_prefetch
      storage_compatibility_version streaming_buffer_size vacuum_rebuild_indexes validate_external_file_cache
      variant_minimum_shredding_size wal_autocheckpoint wal_autocheckpoint_entries write_buffer_row_group_count
      zstd_min_string_length`,
  },
]

interface StatementGroup {
  readonly class: StatementClass
  readonly why: string
  readonly names: string
}

export const statementGroups: readonly StatementGroup[] = [
  { class: 'allow', why: 'the language: what of it is accepted is in the grammar', names: 'SELECT' },
  {
    class: 'own',
    why: 'CREATE TABLE … AS and DROP TABLE are read by a reader of ours; the engine is never given them as written',
    names: 'CREATE DROP',
  },
  {
    class: 'deny',
    why: 'changes rows or the catalogue',
    names: 'INSERT UPDATE DELETE MERGE_INTO ALTER CREATE_FUNC TRANSACTION VACUUM ANALYZE',
  },
  {
    class: 'deny',
    why: 'reads or writes files, or loads code',
    names: 'ATTACH COPY COPY_DATABASE DETACH EXPORT EXTENSION LOAD UPDATE_EXTENSIONS',
  },
  { class: 'deny', why: 'changes the session', names: 'SET VARIABLE_SET PRAGMA' },
  {
    class: 'deny',
    why: 'runs SQL given elsewhere, or tells how it is run',
    names: 'CALL EXECUTE EXPLAIN LOGICAL_PLAN MULTI PREPARE RELATION',
  },
  { class: 'deny', why: 'no statement', names: 'INVALID' },
]
