# Three kinds of cores; the slowest have no L3 cache.
cd "$ROOT/tests/fixtures/topologies"
"$COMPARE" topology --topology hybrid-laptop.xml
"$COMPARE" topology --topology hybrid-laptop.xml -p kind:performance,kind:efficiency -t 4
