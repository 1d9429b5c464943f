# Several L3 caches in each package.
"$COMPARE" topology --topology "pack:2 [numa(memory=274877906944)] l3:4(size=33554432) l2:3(size=1048576) core:1 pu:2"
"$COMPARE" topology --topology "pack:2 [numa(memory=274877906944)] l3:4(size=33554432) l2:3(size=1048576) core:1 pu:2" -p llc,scatter -t 10
