# A dry run prints what a user would type, and writes nothing. What the command line says wins over the file,
# but for layouts where the file says none.
scratch_tree
experiment_file some <<'INI'
set = slots=64
  min=16
count = LANE.refills, LANE
[plain]
[several]
workload = mixed, remote
threads = 2
layouts = 16
go = 2
[single]
layouts = none
base = hakmem{HAKMEM_LANE_KIB=16;HAKMEM_PURGE=off}
budget = 2m
INI
cat >experiments/audit.ini <<'INI'
question = q
atomics = allocator/spill.c, allocator/lane.c
INI
files=$(find . -type f | sort)
"$COMPARE" experiment some --dry-run
"$COMPARE" experiment some --dry-run --layouts 8 --budget 9s -o other
"$COMPARE" experiment some --case single --dry-run
"$COMPARE" experiment all --dry-run
[ "$(find . -type f | sort)" = "$files" ] || fail "something was written"
