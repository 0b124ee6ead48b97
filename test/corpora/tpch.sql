-- The tables of TPC-H in small, with the customer as the person. Numbers are drawn from the row alone.
CREATE MACRO draw(one, what, n) AS (hash(one || '/' || what) % n)::INTEGER;
CREATE TABLE region AS SELECT i AS r_regionkey, ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'][i + 1] AS r_name FROM range(5) r(i);
CREATE TABLE nation AS
  SELECT i AS n_nationkey, ['ALGERIA', 'BRAZIL', 'CHINA', 'FRANCE', 'SAUDI ARABIA', 'KENYA', 'CANADA', 'INDIA', 'GERMANY', 'IRAN'][i + 1] AS n_name, i % 5 AS n_regionkey FROM range(10) r(i);
CREATE TABLE supplier AS
  SELECT i AS s_suppkey, 'Supplier ' || i AS s_name, 'Street ' || i AS s_address, i % 10 AS s_nationkey, 'phone ' || i AS s_phone, draw(i, 'sbal', 9000) / 1.0 AS s_acctbal,
    CASE WHEN draw(i, 'scom', 9) = 0 THEN 'Customer x Complaints' ELSE 'nothing' END AS s_comment FROM range(1, 41) r(i);
CREATE TABLE part AS
  SELECT i AS p_partkey, ['green', 'forest', 'red', 'blue'][1 + draw(i, 'colour', 4)] || ' part ' || i AS p_name, 'Manufacturer#' || (1 + draw(i, 'mfgr', 3)) AS p_mfgr, 'Brand#' || (11 + draw(i, 'brand', 3)) AS p_brand,
    ['PROMO', 'ECONOMY', 'STANDARD', 'MEDIUM'][1 + draw(i, 'type1', 4)] || ' ' || ['ANODIZED', 'POLISHED'][1 + draw(i, 'type2', 2)] || ' ' || ['STEEL', 'BRASS'][1 + draw(i, 'type3', 2)] AS p_type,
    1 + draw(i, 'size', 15) AS p_size, ['SM CASE', 'MED BOX', 'LG PACK', 'JUMBO JAR'][1 + draw(i, 'container', 4)] AS p_container, 900.0 + i AS p_retailprice FROM range(1, 201) r(i);
CREATE TABLE partsupp AS
  SELECT p_partkey AS ps_partkey, 1 + (p_partkey * 7 + n * 11) % 40 AS ps_suppkey, draw(p_partkey || n, 'avail', 9000) AS ps_availqty, 1.0 + draw(p_partkey || n, 'supply', 900) AS ps_supplycost FROM part, range(4) r(n);
CREATE TABLE customer AS
  SELECT 'C' || lpad(i::VARCHAR, 5, '0') AS c_custkey, 'Customer ' || i AS c_name, 'Road ' || i AS c_address, draw(i, 'nation', 10) AS c_nationkey, (10 + draw(i, 'nation', 10))::VARCHAR || '-' || i AS c_phone,
    draw(i, 'cbal', 10000) - 999.0 AS c_acctbal, ['BUILDING', 'AUTOMOBILE', 'MACHINERY'][1 + draw(i, 'segment', 3)] AS c_mktsegment, 'note' AS c_comment FROM range(1200) r(i);
CREATE TABLE orders AS
  SELECT 'O' || c_custkey || n AS o_orderkey, c_custkey AS o_custkey, ['F', 'O', 'P'][1 + draw(c_custkey || n, 'status', 3)] AS o_orderstatus, 1000.0 + draw(c_custkey || n, 'price', 300000) AS o_totalprice,
    DATE '1992-01-01' + draw(c_custkey || n, 'date', 2400) AS o_orderdate, ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'][1 + draw(c_custkey || n, 'priority', 5)] AS o_orderpriority,
    'Clerk ' || draw(c_custkey || n, 'clerk', 20) AS o_clerk, 0 AS o_shippriority, CASE WHEN draw(c_custkey || n, 'comment', 9) = 0 THEN 'special x requests' ELSE 'plain' END AS o_comment
  FROM customer, range(12) r(n) WHERE draw(c_custkey, 'active', 3) > 0 AND n < 4 + draw(c_custkey, 'orders', 9);
CREATE TABLE lineitem AS
  SELECT o_orderkey AS l_orderkey, 1 + draw(o_orderkey || n, 'part', 200) AS l_partkey, 1 + ((1 + draw(o_orderkey || n, 'part', 200)) * 7 + (n % 4) * 11) % 40 AS l_suppkey, n + 1 AS l_linenumber, 1.0 + draw(o_orderkey || n, 'quantity', 50) AS l_quantity,
    1000.0 + draw(o_orderkey || n, 'extended', 50000) AS l_extendedprice, draw(o_orderkey || n, 'discount', 11) / 100.0::DOUBLE AS l_discount, draw(o_orderkey || n, 'tax', 9) / 100.0::DOUBLE AS l_tax,
    ['R', 'A', 'N'][1 + draw(o_orderkey || n, 'flag', 3)] AS l_returnflag, ['O', 'F'][1 + draw(o_orderkey || n, 'line', 2)] AS l_linestatus, o_orderdate + 1 + draw(o_orderkey || n, 'ship', 120) AS l_shipdate,
    o_orderdate + 30 + draw(o_orderkey || n, 'commit', 60) AS l_commitdate, o_orderdate + 2 + draw(o_orderkey || n, 'ship', 120) + draw(o_orderkey || n, 'receipt', 30) AS l_receiptdate,
    ['DELIVER IN PERSON', 'NONE'][1 + draw(o_orderkey || n, 'instruct', 2)] AS l_shipinstruct, ['MAIL', 'SHIP', 'AIR', 'AIR REG', 'TRUCK'][1 + draw(o_orderkey || n, 'mode', 5)] AS l_shipmode
  FROM orders, range(7) r(n) WHERE n <= draw(o_orderkey, 'lines', 7);
