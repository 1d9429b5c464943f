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
3.30273438 30.5836517
6.2265625 49.4920214
6.85351562 70.1994149
7.08398438 70.7658928
EOD
set label 'A' at first 6.85351562, first 70.1994149 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
6.85351562 70.1994149 59.8498061 73.9830647
EOD
set label 'A' at first 6.2265625, first 49.4920214 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
6.2265625 49.4920214 42.2114185 51.9302613
EOD
set label 'A' at first 7.08398438, first 70.7658928 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
7.08398438 70.7658928 59.7639747 81.7639472
EOD
set label 'A' at first 11.6992188, first 42.8325582 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
11.6992188 42.8325582 40.8911821 70.1559032
EOD
set label 'A' at first 6.8984375, first 35.9780774 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
6.8984375 35.9780774 33.6822781 40.5941645
EOD
set label 'A' at first 3.30273438, first 30.5836517 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
3.30273438 30.5836517 29.5919651 31.8581736
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
