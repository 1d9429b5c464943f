# hakmem under ThreadSanitizer.
with_thread_sanitizer "$ROOT/build/stress/thread"
