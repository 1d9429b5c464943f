# sqlite3: builds a database of 100 MB, indexes and queries it.
need sqlite3
cat >script <<'SQL'
PRAGMA journal_mode = off;
PRAGMA synchronous = off;
CREATE TABLE item (id INTEGER PRIMARY KEY, bucket INTEGER, name TEXT, body TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 420000)
INSERT INTO item SELECT i, i * 7919 % 1009, printf('name-%08d', i * 48271 % 420001),
    printf('%0*d', 100 + i % 200, i) FROM n;
CREATE INDEX item_name ON item (name);
SELECT count(*), sum(length(body)), min(name), max(name) FROM item;
SELECT bucket, count(*), group_concat(id % 10, '') FROM item GROUP BY bucket ORDER BY 2 DESC, 1 LIMIT 5;
SELECT a.id, b.id FROM item a JOIN item b ON a.name = b.name AND a.id = b.id WHERE a.bucket = 3 LIMIT 9;
UPDATE item SET body = body || body WHERE bucket < 20;
DELETE FROM item WHERE bucket > 1000;
SELECT count(*), sum(length(body)) FROM item;
PRAGMA integrity_check;
SELECT page_count * page_size >= 100000000 FROM pragma_page_count, pragma_page_size;
SQL
build() {
    rm -f data.db
    sqlite3 data.db <script
    cksum <data.db
}
export -f build
same bash -c build
[ "$(tail -n 2 plain.out | head -n 1)" = 1 ] || fail "the database is smaller than 100 MB"
