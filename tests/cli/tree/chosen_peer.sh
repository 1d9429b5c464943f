# The peer that other rounds chose: where each of three peers was lucky in one round, the best of them is
# ahead by what luck there was, and a peer chosen by the other rounds is level.
cd "$ROOT/tools"
PYTHONDONTWRITEBYTECODE=1 "$PYTHON" - <<'END' || fail "see above"
import performance_table as table

def cell(figures):
    samples = [{"round": i, "ops_per_second": figure} for i, figure in enumerate(figures)]
    return {"ops_per_second": {"median": 1}, "samples": samples}

def ratio(peers):
    row = {f"peer {i}": cell(figures) for i, figures in enumerate(peers)}
    row |= {"hakmem": cell([1, 1, 1]), "floor": cell([9, 9, 9])}
    return table.of_chosen_peer(row["hakmem"], table.peers_of(row), lambda sample: sample["ops_per_second"])

def check(what, got, wanted):
    if got is None or abs(got - wanted) > 1e-9:
        raise SystemExit(f"{what}: {got}, not {wanted}")

check("lucky in a round each", ratio([[2, 1, 1], [1, 2, 1], [1, 1, 2]]), 1)
check("one that is ahead in all", ratio([[1, 1, 1], [2, 2, 2]]), 0.5)
if ratio([[2, 2, None], [1, 1, 1]]) is not None:
    raise SystemExit("two rounds were enough")
END
