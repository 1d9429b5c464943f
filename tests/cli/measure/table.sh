# The table: a heading, a row per allocator and thread count, the lines that say what it is worth.
# Its layout to the column is a matter of unit/test_report.
expect 0 mixed -t 1,2 "${quick[@]}" -a hakmem,glibc
