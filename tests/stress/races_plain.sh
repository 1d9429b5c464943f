# Exit, inheritance, drain and fork at once, with hakmem's invariants checked.
"$ROOT/build/stress/races-plain"
