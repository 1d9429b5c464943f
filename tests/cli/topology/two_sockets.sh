# Two sockets with two NUMA nodes each.
"$COMPARE" topology --topology "pack:2 numa:2(memory=68719476736) l3:1(size=33554432) core:2 pu:2"
"$COMPARE" topology --topology "pack:2 numa:2(memory=68719476736) l3:1(size=33554432) core:2 pu:2" -p scatter,numa -t 6 --membind interleave,node:3,default
"$COMPARE" topology --topology "pack:2 numa:2(memory=68719476736) l3:1(size=33554432) core:2 pu:2" --distance other,node -t 4
