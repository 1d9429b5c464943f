# Which cells keep more after everything was freed than they should: above the smallest peer's and above an
# empty process and 2 MiB, both; the floor is no peer.
cd "$ROOT/tools"
PYTHONDONTWRITEBYTECODE=1 "$PYTHON" - <<'END' || fail "see above"
import performance_table as table

def cell(freed, empty=1.5):
    return {"ops_per_second": {"median": 1}, "end_rss_bytes": freed and {"median": freed * 2**20},
            "empty_rss_bytes": {"median": empty * 2**20}}

def check(what, wanted, hakmem, *peers):
    row = {f"peer {i}": cell(freed) for i, freed in enumerate(peers)}
    if table.keeps_more({**row, "hakmem": hakmem, "floor": cell(1)}) is not wanted:
        raise SystemExit(f"{what}: not {wanted}")

check("more than both", True, cell(3.6), 5, 3.5)
check("less than the smallest peer", False, cell(4), 5, 4.1)
check("within 2 MiB of an empty process", False, cell(3.5), 5, 2)
check("just beyond", True, cell(3.51), 5, 2)
check("not measured", False, cell(None), 5, 2)
END
