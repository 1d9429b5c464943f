#!/bin/bash
# Measures real programs under hakmem and its peers with `./compare run`: interleaved rounds, a table and
# its data for each program. All inputs are made here, from fixed seeds, below build/programs.
set -euo pipefail
cd "$(dirname "$0")/.."

usage='usage: tools/real_programs.sh [-a ALLOCATORS] [-r ROUNDS] [-o FOLDER] [PROGRAM...]

Programs (all of them without a name):
  redis          redis-server on a socket under redis-benchmark
  sqlite         sqlite3 builds, indexes and queries a database
  python         python3 runs an allocation-heavy script
  python-malloc  the same with every object from malloc (PYTHONMALLOC=malloc)
  gcc            gcc -O2 compiles a large file
  git            git repacks a repository from scratch

and only by its name:
  beside         each of them under two allocators at once, hakmem beside every peer, a PU each (see
                 tools/side_by_side.py); to FOLDER/beside

  -a ALLOCATORS  as of compare: hakmem and what is installed without it
  -r ROUNDS      10 without it
  -o FOLDER      of NAME.txt, NAME.json; results/programs without it

example: tools/real_programs.sh -a hakmem,mimalloc -r 20 redis git'

work=build/programs
folder=results/programs
rounds=10
allocators=()
side= # what tells the files of two runs at the same time apart
while getopts a:r:o:h option; do
    case $option in
    a) allocators=(-a "$OPTARG") ;;
    r) rounds=$OPTARG ;;
    o) folder=$OPTARG ;;
    h)
        echo "$usage"
        exit 0
        ;;
    *)
        echo "$usage" >&2
        exit 2
        ;;
    esac
done
shift $((OPTIND - 1))
python=/usr/bin/python3 # the distribution's: others may be shell scripts that find one
[ -x $python ] || python=$(command -v python3 || true)
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 LC_ALL=C.UTF-8 PYTHONHASHSEED=0

# measure NAME NEEDED-PROGRAMS [OPTION...] -- PROGRAM [ARGUMENT...]
failures=0
measure() {
    local name=$1 needed=$2 program
    shift 2
    for program in $needed; do
        command -v "$program" >/dev/null || {
            echo "$name: $program is not installed (./setup --dev)" >&2
            failures=$((failures + 1))
            return
        }
    done
    "make_${name//-/_}"
    echo "== $name"
    if [ -n "$side" ]; then
        tools/side_by_side.py "${allocators[@]}" -r "$rounds" --json "$folder/$name.json" "$@" || {
            echo "$name: side_by_side.py ended with status $?" >&2
            failures=$((failures + 1))
        }
        return
    fi
    ./compare run "${allocators[@]}" -r "$rounds" --json "$folder/$name.json" "$@" \
        >"$folder/$name.txt" || {
        echo "$name: compare ended with status $?" >&2
        failures=$((failures + 1))
    }
    [ ! -e "$folder/$name.json" ] ||
        sed -i "s#\"$PWD/#\"#g" "$folder/$name.json" # libraries by their place in the tree
    cat "$folder/$name.txt"
}

# ------------------------------------------------------------------ inputs

make_redis() {
    mkdir -p $work/redis $work/redis0 $work/redis1
}

make_sqlite() {
    cat >$work/sqlite.sql <<'SQL'
PRAGMA journal_mode = off;
PRAGMA synchronous = off;
CREATE TABLE item (id INTEGER PRIMARY KEY, bucket INTEGER, name TEXT, body TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 75000)
INSERT INTO item SELECT i, i * 7919 % 1009, printf('name-%08d', i * 48271 % 75011),
    printf('%0*d', 20 + i % 200, i) FROM n;
CREATE INDEX item_name ON item (name);
CREATE INDEX item_bucket ON item (bucket);
SELECT count(*), sum(length(body)), min(name), max(name) FROM item;
SELECT bucket, count(*), length(group_concat(name, '')) FROM item GROUP BY bucket ORDER BY 2 DESC, 1 LIMIT 5;
SELECT sum(length(a.name || b.name)) FROM item a JOIN item b ON b.bucket = a.bucket AND b.id < a.id WHERE a.id < 6000;
SELECT count(*) FROM (SELECT json_object('id', id, 'name', name, 'body', body) AS j FROM item) WHERE json_extract(j, '$.id') % 3 = 0;
UPDATE item SET body = body || body WHERE bucket < 100;
DELETE FROM item WHERE bucket > 900;
SELECT count(*), sum(length(body)) FROM item;
PRAGMA integrity_check;
SQL
}

make_python() {
    cat >$work/allocate.py <<'PYTHON'
"""Objects of all sizes that live for different times: records, strings, trees, JSON, sorting."""
import json
import random
import re


class Node:
    def __init__(self, key, left=None, right=None):
        self.key, self.left, self.right = key, left, right


def tree(depth):
    return Node(depth, tree(depth - 1), tree(depth - 1)) if depth else None


def size(node):
    return 1 + size(node.left) + size(node.right) if node else 0


chance = random.Random(1)
records = [{"id": i, "name": f"name {chance.randrange(10**9)}", "tags": [str(chance.random())
            for _ in range(chance.randrange(8))]} for i in range(30000)]
words = {}
for record in records:
    for word in re.findall(r"\w+", record["name"] + " " + " ".join(record["tags"])):
        words.setdefault(word, []).append(record["id"])
text = json.dumps(records)
again = json.loads(text)
again.sort(key=lambda record: record["name"])
buffers = [bytearray(chance.randrange(100, 40000)) for _ in range(3000)]
for step in range(60000):
    i = chance.randrange(len(buffers))
    buffers[i] = bytearray(chance.randrange(100, 4000))
    if step % 16 == 0:
        buffers[i] = bytes(buffers[i]) * 8
print(len(text), len(words), again[0]["name"], sum(map(len, buffers)), size(tree(16)))
PYTHON
}

make_python_malloc() {
    make_python
}

make_gcc() {
    awk 'BEGIN {
        print "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>"
        print "struct item { int key; double weight; char name[24]; struct item *next; };"
        for (i = 0; i < 20; i++) {
            printf "static struct item *find%d(struct item *list, int key) {\n", i
            printf "    for (; list; list = list->next)\n"
            printf "        if (list->key %% %d == key && list->weight > %d.5)\n", i % 13 + 2, i % 7
            printf "            return list;\n    return NULL;\n}\n"
            printf "int work%d(struct item *list, const int *table, int count) {\n", i
            printf "    int sum = %d;\n    char text[64];\n", i
            printf "    for (int i = 0; i < count; i++) {\n        switch (table[i] %% 9) {\n"
            for (j = 0; j < 8; j++)
                printf "        case %d: sum += table[i] * %d + (find%d(list, sum) ? %d : i); break;\n", \
                    j, j * i + 3, (i > j ? i - j : i), j + 1
            printf "        default: snprintf(text, sizeof text, \"%%d-%%s\", sum, list->name); sum ^= (int)strlen(text);\n"
            printf "        }\n    }\n    return sum;\n}\n"
        }
    }' >$work/large.c
}

make_git() {
    rm -rf $work/repository
    git init -q -b main $work/repository
    git -C $work/repository config pack.threads 2
    git -C $work/repository config gc.auto 0
    # 100 commits that change a fifth of 250 files each.
    awk 'BEGIN {
        srand(1)
        for (commit = 1; commit <= 100; commit++) {
            printf "commit refs/heads/main\ncommitter tester <tester@localhost> %d +0000\n", 1700000000 + commit
            printf "data 7\ncommit\n\n"
            for (file = 0; file < 250; file++) {
                if (commit > 1 && rand() > 0.2)
                    continue
                if (!(file in start)) {
                    start[file] = int(rand() * 1e9)
                    lines[file] = 100 + int(rand() * 500)
                }
                body = ""
                changed = int(rand() * lines[file])
                for (line = 0; line < lines[file]; line++)
                    body = body (line == changed ? commit : "line") " " (start[file] + line * 7919) % 1000003 "\n"
                start[file] += rand() < 0.05
                printf "M 100644 inline folder%d/file%d\ndata %d\n%s\n", file % 9, file, length(body), body
            }
        }
    }' | git -C $work/repository fast-import --quiet
    rm -rf $work/repository0 $work/repository1
    [ -z "$side" ] || for number in 0 1; do
        cp -r $work/repository $work/repository$number
        git -C $work/repository$number config pack.threads 1
    done
}

# ------------------------------------------------------------------ programs

beside() {
    local name folder=$folder/beside side='{side}'
    mkdir -p "$folder"
    for name in "${programs[@]}"; do
        run_program "$name"
    done
}

run_program() {
    case $1 in
    redis)
        measure redis 'redis-server redis-benchmark redis-cli' -- sh tools/redis_session.sh "$work/redis$side"
        ;;
    sqlite)
        measure sqlite sqlite3 --setup "rm -f $work/sqlite$side.db" --input $work/sqlite.sql -- \
            sqlite3 "$work/sqlite$side.db"
        ;;
    python) measure python "$python" -- "$python" $work/allocate.py ;;
    python-malloc)
        PYTHONMALLOC=malloc measure python-malloc "$python" -- "$python" $work/allocate.py
        ;;
    gcc) measure gcc gcc -- gcc -O2 -c -o "$work/large$side.o" $work/large.c ;;
    git)
        measure git git -- git -C "$work/repository$side" repack -a -d -f -q --window=40 --depth=50
        ;;
    beside) beside ;;
    *)
        echo "real_programs.sh: unknown program '$1'" >&2
        echo "$usage" >&2
        exit 2
        ;;
    esac
}

programs=(redis sqlite python python-malloc gcc git)
[ $# -gt 0 ] || set -- "${programs[@]}"
[ -x compare ] || {
    echo "real_programs.sh: there is no ./compare; run ninja" >&2
    exit 1
}
mkdir -p $work "$folder"
for name; do
    run_program "$name"
done
[ $failures = 0 ]
