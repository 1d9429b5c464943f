# To draw it: gnuplot -e "set terminal svg size 800,440 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
$front << EOD
24.2871094 21.5309976
40.2265625 23.3746237
41.8515625 33.8413936
47.9023438 35.5190395
49.8398438 45.8923695
EOD
set label 'A' at first 49.8398438, first 45.8923695 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
49.8398438 45.8923695 39.5808865 49.6111503
EOD
set label 'A' at first 102.322266, first 21.1236066 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
102.322266 21.1236066 19.821275 22.0331336
EOD
set label 'A' at first 41.8515625, first 33.8413936 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
41.8515625 33.8413936 29.108968 38.8220106
EOD
set label 'A' at first 47.9023438, first 35.5190395 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
47.9023438 35.5190395 30.5198584 37.9178306
EOD
set label 'A' at first 40.2265625, first 23.3746237 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
40.2265625 23.3746237 21.800965 24.0097712
EOD
set label 'A' at first 24.2871094, first 21.5309976 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
24.2871094 21.5309976 20.288151 21.9965581
EOD
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set xlabel 'peak RSS, MiB (less is better)'
set ylabel 'M ops/s (more is better)'
set key outside right top
set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
plot $front using 1:2 with steps lc rgb '#767675' dt 2 title 'front', \
  $r0 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (A)', \
  $r1 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (A)', \
  $r2 using 1:2:3:4 with yerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 1.1 title 'mimalloc (A)', \
  $r3 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (A)', \
  $r4 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (A)', \
  $r5 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (A)'
