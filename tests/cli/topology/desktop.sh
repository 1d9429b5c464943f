# A desktop with one socket and two PUs per core, numbered as Linux does.
"$COMPARE" topology --topology "pack:1 [numa(memory=17179869184)] l3:1(size=16777216) core:4 pu:2(indexes=0,4,1,5,2,6,3,7)"
"$COMPARE" topology --topology "pack:1 [numa(memory=17179869184)] l3:1(size=16777216) core:4 pu:2(indexes=0,4,1,5,2,6,3,7)" -p compact,core,pus:3,7,1-2@local -t 3,16
