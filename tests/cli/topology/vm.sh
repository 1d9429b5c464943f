# A virtual machine with two cores.
"$COMPARE" topology --topology "pack:1 [numa(memory=17179869184)] l3:1(size=33554432) core:2 pu:1"
