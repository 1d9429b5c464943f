# 10,000 threads created and gone leave memory flat.
"$ROOT/build/stress/thread_growth"
