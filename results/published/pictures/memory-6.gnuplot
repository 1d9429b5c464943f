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
5.79101562 14.7924631
7.43945312 38.6817402
10.6367188 54.9054524
16.3613281 94.0446772
EOD
set label 'A' at first 16.3613281, first 94.0446772 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
16.3613281 94.0446772 86.1326166 102.766224
EOD
set label 'A' at first 7.43945312, first 38.6817402 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
7.43945312 38.6817402 37.8122859 39.5678089
EOD
set label 'A' at first 23.0957031, first 34.6462316 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
23.0957031 34.6462316 29.8369143 35.7843364
EOD
set label 'A' at first 10.6367188, first 54.9054524 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
10.6367188 54.9054524 53.6242213 56.4782264
EOD
set label 'A' at first 8.08984375, first 25.395066 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
8.08984375 25.395066 24.939673 46.0249775
EOD
set label 'A' at first 5.79101562, first 14.7924631 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
5.79101562 14.7924631 14.5747641 27.364663
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
