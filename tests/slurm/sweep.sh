# A sweep as a job array: scripts that are written, submitted to a real controller, measured by two
# nodes, and one database at the end, whose runs are the shares. A task that was cut short goes on where
# it was when it is requeued. No claim about the figures.
need sqlite3
pu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
slurm_start

sweep=(scale mixed,remote -a hakmem -t 1 -p "pus:$pu,pus:$pu@local" -s remote_pct=50 -r 1 --seed 5 --slurm -o "a folder")
"$COMPARE" "${sweep[@]}" --dry-run >plan
[ "$(grep -c '^  [0-3]: ' plan)" = 4 ] || fail "not four tasks: $(cat plan)"
[ ! -e "a folder" ] || fail "a dry run made a folder"
"$COMPARE" "${sweep[@]}" >written
folder=$(echo "a folder"/slurm-*)
grep -qF "$folder/submit" written || fail "$(cat written)"
for script in array.sh merge.sh submit; do
    bash -n "$folder/$script" || fail "$(cat "$folder/$script")"
done

# What the second task had measured of its share when its node failed.
(cd "$folder" && SLURM_ARRAY_TASK_ID=1 bash ./array.sh >earlier)
interrupted=$(sqlite3 "$folder/task-1/results.db" "PRAGMA foreign_keys = ON; UPDATE run SET status = 'running', ended = NULL;
    DELETE FROM sample WHERE id = (SELECT max(id) FROM sample); SELECT uuid FROM run")

PATH=$PWD:$PATH
slurm_command sbatch
"$folder/submit" --partition=all >submitted
grep -Eqx 'submitted job array [0-9]+, and job [0-9]+ that merges its results' submitted || fail "$(cat submitted)"
slurm_await "an empty queue" slurm_queue_empty

cat "$folder"/task-*.log "$folder/merge.log" >logs 2>&1
for task in 0 1 2 3; do
    grep -Eqx "task $task on (one|two)" "$folder/task-$task.log" || fail "$(cat logs)"
done
[ "$(grep -hEo 'on (one|two)$' "$folder"/task-*.log | sort -u | wc -l)" = 2 ] || fail "one node did everything: $(cat logs)"
[ "$(grep -c ': 1 runs\? added, 0 extended, 0 known' "$folder/merge.log")" = 4 ] || fail "$(cat logs)"
question() {
    sqlite3 "a folder/results.db" "$1"
}
[ "$(question "SELECT group_concat(status || ' ' || rounds_done) FROM run")" = "complete 1,complete 1,complete 1,complete 1" ] ||
    fail "$(question "SELECT status, rounds_done, command FROM run") $(cat logs)"
[ "$(question "SELECT DISTINCT seed FROM run")" = 5 ] || fail "not one seed"
[ "$(question "SELECT group_concat(share) FROM (SELECT DISTINCT workload || ' ' || placement AS share FROM cell ORDER BY run, position, share)" | tr ',' '\n' | sort | xargs)" = \
    "mixed pus:$pu mixed pus:$pu@local remote pus:$pu remote pus:$pu@local" ] || fail "$(question "SELECT workload, placement FROM cell")"
[ "$(question "SELECT DISTINCT value FROM cell_parameter WHERE name = 'remote_pct'")" = 50 ] || fail "the parameter is lost"
[ "$(question "SELECT count(*) FROM sample WHERE failure IS NOT NULL")" = 0 ] || fail "a sample failed"
[ "$(question "SELECT resumed FROM run WHERE uuid = '$interrupted'")" = 1 ] || fail "the requeued task began anew"

# Merging again adds nothing; a task without results is named.
bash "$folder/merge.sh" >again
[ "$(grep -c ": 0 runs added, 0 extended, 1 known; 0 samples added" again)" = 4 ] ||
    fail "$(cat again)"
rm -r "$folder/task-2"
status=0
bash "$folder/merge.sh" >again 2>message || status=$?
[ $status = 1 ] || fail "exit status $status"
grep -q 'task 2 left no results; see .*/task-2.log' message || fail "$(cat message)"
