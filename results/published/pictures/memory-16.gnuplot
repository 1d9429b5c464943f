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
7.578125 96.3690127
EOD
set label 'A' at first 7.578125, first 96.3690127 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
7.578125 96.3690127 83.430854 106.959828
EOD
set label 'A' at first 8.84179688, first 51.4941216 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
8.84179688 51.4941216 49.815532 58.2196647
EOD
set label 'A' at first 12.15625, first 93.5666237 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
12.15625 93.5666237 82.2710682 106.099146
EOD
set label 'A' at first 13.0019531, first 27.3433496 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
13.0019531 27.3433496 26.7899037 30.4785107
EOD
set label 'A' at first 8.15625, first 10.3073052 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
8.15625 10.3073052 9.85964731 10.4682856
EOD
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set xlabel 'peak RSS, MiB (less is better)'
set ylabel 'M ops/s (more is better)'
set key outside right top
set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
plot $r0 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (A)', \
  $r1 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (A)', \
  NaN with points pt 2 lc rgb '#010203' title 'mimalloc (A): n/a', \
  $r3 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (A)', \
  $r4 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (A)', \
  $r5 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (A)'
