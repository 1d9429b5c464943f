# PUs that are offline.
cd "$ROOT/tests/fixtures/topologies"
"$COMPARE" topology --topology offline-pus.xml
"$COMPARE" topology --topology offline-pus.xml -p smt,pus:3,pus:16 -t 4
