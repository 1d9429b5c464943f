# A cpuset that allows some PUs and one of two NUMA nodes.
cd "$ROOT/tests/fixtures/topologies"
"$COMPARE" topology --topology restricted-cpuset.xml
"$COMPARE" topology --topology restricted-cpuset.xml -p numa --membind default,node:0,node:1
"$COMPARE" topology --topology restricted-cpuset.xml -p pus:0,pus:2,10@interleave
