# Exit, inheritance, drain and fork at once, as users get hakmem; it serves malloc too. Again with a
# helper thread that purges all the while, and with the backends that do not serve by default.
races=$ROOT/build/stress/races-release
"$races"
HAKMEM_HELPER=on HAKMEM_PURGE_MS=1 "$races" >/dev/null
HAKMEM_MID_V3_ENABLED=off HAKMEM_POOL_V2_ENABLED=off HAKMEM_PURGE=off "$races" >/dev/null
