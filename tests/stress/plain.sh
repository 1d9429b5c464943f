# hakmem with its invariants checked.
"$ROOT/build/stress/plain"
