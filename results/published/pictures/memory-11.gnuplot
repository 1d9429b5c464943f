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
7.09960938 1.04399808
8.8203125 1.45070406
8.9140625 1.56842385
14.25 1.73581586
EOD
set label 'A' at first 8.9140625, first 1.56842385 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
8.9140625 1.56842385 1.47042281 1.87127172
EOD
set label 'A' at first 10.3222656, first 1.32709689 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
10.3222656 1.32709689 1.10695094 1.45800099
EOD
set label 'A' at first 8.8203125, first 1.45070406 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
8.8203125 1.45070406 1.25469298 1.57811167
EOD
set label 'A' at first 14.25, first 1.73581586 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
14.25 1.73581586 1.59990708 1.8176691
EOD
set label 'A' at first 11.5195312, first 1.38580362 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
11.5195312 1.38580362 1.27637977 1.50812379
EOD
set label 'A' at first 7.09960938, first 1.04399808 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
7.09960938 1.04399808 0.896234292 1.1355034
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
