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
1.82617188 62.8657162
2.046875 211.498222
EOD
set label 'A' at first 2.046875, first 211.498222 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
2.046875 211.498222 153.479043 213.282317
EOD
set label 'A' at first 3.9765625, first 75.0752875 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
3.9765625 75.0752875 69.4587931 77.2892061
EOD
set label 'A' at first 2.08398438, first 208.107538 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
2.08398438 208.107538 142.355459 221.054287
EOD
set label 'A' at first 6.96484375, first 192.339781 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
6.96484375 192.339781 188.25219 201.497421
EOD
set label 'A' at first 3.4609375, first 61.2790373 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
3.4609375 61.2790373 59.2162245 62.1498593
EOD
set label 'A' at first 1.82617188, first 62.8657162 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
1.82617188 62.8657162 62.1384263 64.3267045
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
