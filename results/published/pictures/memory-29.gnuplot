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
10.9648438 58.4855544
12.6875 118.16547
EOD
set label 'C' at first 12.6875, first 118.16547 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
12.6875 118.16547 114.425627 129.708851
EOD
set label 'C' at first 14.453125, first 91.8398559 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
14.453125 91.8398559 84.2653905 98.4539624
EOD
set label 'C' at first 12.9882812, first 106.492823 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
12.9882812 106.492823 87.1412526 108.295731
EOD
set label 'C' at first 17.6621094, first 113.139616 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
17.6621094 113.139616 86.7937894 121.872423
EOD
set label 'C' at first 14.6816406, first 47.8967792 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
14.6816406 47.8967792 42.3382607 48.7287792
EOD
set label 'C' at first 10.9648438, first 58.4855544 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
10.9648438 58.4855544 56.8456736 63.7695158
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
