# Options that do not exist, and values that they do not take.
refused mixed --quik
refused mixed --quick=yes
refused mixed -j
refused mixed -r 0
refused mixed -p compakt
refused mixed --seed x
refused mixed --duration 0
refused mixed --deadline -1
refused mixed --memory-limit 12
refused mixed --json
refused mixed --json - --csv -
refused mixed --check --latency
refused mixed --json absent/out.json
refused list --all
