# A server with eight NUMA nodes of 16 cores.
"$COMPARE" topology --topology "pack:8 [numa(memory=137438953472)] l3:1(size=67108864) core:16 pu:1"
"$COMPARE" topology --topology "pack:8 [numa(memory=137438953472)] l3:1(size=67108864) core:16 pu:1" -p numa -t 12
