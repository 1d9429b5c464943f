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
3.31445312 7.14658778
3.95117188 34.1384249
EOD
set label 'C' at first 3.95117188, first 34.1384249 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
3.95117188 34.1384249 31.3672284 85.1687322
EOD
set label 'C' at first 6.09765625, first 11.7830792 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
6.09765625 11.7830792 10.8716966 19.7355041
EOD
set label 'C' at first 4.13476562, first 9.18312418 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
4.13476562 9.18312418 8.73822493 23.0819069
EOD
set label 'C' at first 8.68945312, first 8.71932244 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
8.68945312 8.71932244 8.51013234 24.5991426
EOD
set label 'C' at first 5.1875, first 6.5840982 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
5.1875 6.5840982 6.50588218 17.2060732
EOD
set label 'C' at first 3.31445312, first 7.14658778 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
3.31445312 7.14658778 6.93670793 13.3263727
EOD
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set xlabel 'peak RSS, MiB (less is better)'
set ylabel 'M ops/s (more is better)'
set key outside right top
set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
plot $front using 1:2 with steps lc rgb '#767675' dt 2 title 'front', \
  $r0 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (C)', \
  $r1 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (C)', \
  $r2 using 1:2:3:4 with yerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 1.1 title 'mimalloc (C)', \
  $r3 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (C)', \
  $r4 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (C)', \
  $r5 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (C)'
