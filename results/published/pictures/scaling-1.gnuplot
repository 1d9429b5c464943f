# To draw it: gnuplot -e "set terminal svg size 800,440 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set ylabel 'M ops/s (more is better)'
set key outside right top
set logscale x 2
set xtics (1, 2)
set xrange [0.769231:2.6]
set yrange [0:463.803]
set xlabel 'threads'
$c0 << EOD
0.964 211.498 153.479 213.282
1.928 375.901 341.25 407.668
EOD
$linear << EOD
1 211.498
2 422.996
EOD
$c1 << EOD
0.976 75.0753 69.4588 77.2892
1.952 126.275 117.485 129.001
EOD
$c2 << EOD
0.988 208.108 142.355 221.054
1.976 324.584 307.836 421.639
EOD
$c3 << EOD
1 192.34 188.252 201.497
2 312.83 271.101 368.192
EOD
$c4 << EOD
1.012 61.279 59.2162 62.1499
2.024 104.347 94.3918 108.324
EOD
$c5 << EOD
1.024 62.8657 62.1384 64.3267
2.048 106.136 103.537 110.267
EOD
$c6 << EOD
1.036 186.865 177.603 190.998
2.072 244.89 171.746 298.943
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
