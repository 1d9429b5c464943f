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
set yrange [0:54.5723]
set xlabel 'threads'
$c0 << EOD
0.964 26.3542 24.9357 29.1592
1.928 45.8924 39.5809 49.6112
EOD
$linear << EOD
1 26.3542
2 52.7084
EOD
$c1 << EOD
0.976 13.2636 12.7996 13.5323
1.952 21.1236 19.8213 22.0331
EOD
$c2 << EOD
0.988 20.5118 18.9764 20.8315
1.976 33.8414 29.109 38.822
EOD
$c3 << EOD
1 23.4637 19.5754 24.2878
2 35.519 30.5199 37.9178
EOD
$c4 << EOD
1.012 14.2803 13.5185 15.2344
2.024 23.3746 21.801 24.0098
EOD
$c5 << EOD
1.024 13.3005 12.8574 13.4445
2.048 21.531 20.2882 21.9966
EOD
$c6 << EOD
1.036 22.3151 21.6986 22.83
2.072 38.8158 35.4831 43.0108
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
