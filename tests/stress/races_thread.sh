# Exit, inheritance, drain and fork at once, under ThreadSanitizer.
with_thread_sanitizer "$ROOT/build/stress/races-thread"
