# A machine of which nothing but its PUs is known.
"$COMPARE" topology --topology "[numa(memory=1073741824)] pu:3"
"$COMPARE" topology --topology "[numa(memory=1073741824)] pu:3" -t 8 -p scatter
