"""How the files beside this one were made: pip install pyarrow fastparquet polars pandas; python make.py"""

import datetime
import decimal
import os

import fastparquet
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
at = [datetime.datetime(2024, 2, 29, 1, 2, 3), datetime.datetime(1890, 1, 1), None]
texts = ["é", "un texte de plus de douze octets", None]
amounts = [decimal.Decimal("1.25"), decimal.Decimal("-300.50"), None]
ids = [1, 2, 3]


def arrow(name, values, **options):
    table = pa.table({"id": pa.array(ids), "v": values})
    with pa.ipc.new_stream(os.path.join(here, name + ".arrows"), table.schema, options=pa.ipc.IpcWriteOptions(**options)) as out:
        out.write_table(table)


def parquet(name, values, **options):
    pq.write_table(pa.table({"id": pa.array(ids), "v": values}), os.path.join(here, name + ".parquet"), **options)


parquet("pyarrow-int96", pa.array(at, pa.timestamp("us")), use_deprecated_int96_timestamps=True)
parquet("pyarrow-dictionary", pa.array(texts).dictionary_encode(), compression="snappy")
parquet("pyarrow-decimal", pa.array(amounts, pa.decimal128(9, 2)), store_decimal_as_integer=True)
parquet("pyarrow-list", pa.array([["a"], [], None]))
parquet("pyarrow-struct", pa.array([{"a": 1}, {"a": 2}, None]))
# In nanoseconds: of other units fastparquet 2026.9 writes another instant, which pyarrow reads as wrong as we do.
fastparquet.write(os.path.join(here, "fastparquet-times.parquet"), pandas.DataFrame({"id": ids, "v": pandas.Series(pandas.to_datetime(at)).astype("datetime64[ns]")}), times="int96")
fastparquet.write(os.path.join(here, "fastparquet-text.parquet"), pandas.DataFrame({"id": ids, "v": texts}), compression="GZIP")
frame = polars.DataFrame({"id": ids, "v": texts})
frame.write_parquet(os.path.join(here, "polars-text.parquet"))
frame.write_ipc_stream(os.path.join(here, "polars-text.arrows"))
arrow("pyarrow-large", pa.array(texts, pa.large_string()))
arrow("pyarrow-dictionary", pa.array(texts).dictionary_encode())
arrow("pyarrow-decimal", pa.array(amounts, pa.decimal128(9, 2)))
arrow("pyarrow-decimal64", pa.array(amounts, pa.decimal64(9, 2)))
arrow("pyarrow-decimal256", pa.array(amounts, pa.decimal256(40, 2)))
arrow("pyarrow-hundreds", pa.array([decimal.Decimal("1200"), decimal.Decimal("-300"), None], pa.decimal128(5, -2)))
arrow("pyarrow-lz4", pa.array(texts), compression="lz4")
arrow("pyarrow-zone", pa.array(at, pa.timestamp("us", "Europe/Paris")))
