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
21.4980469 4.54778726
30.7929688 7.3513031
36.15625 12.7338276
EOD
set label 'A' at first 36.859375, first 10.5974637 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
36.859375 10.5974637 9.07635698 13.0056076
EOD
set label 'A' at first 56.0097656, first 2.5279586 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
56.0097656 2.5279586 2.28690231 2.54021531
EOD
set label 'A' at first 30.7929688, first 7.3513031 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
30.7929688 7.3513031 5.93889421 7.56589074
EOD
set label 'A' at first 36.15625, first 12.7338276 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
36.15625 12.7338276 12.2177576 13.4540693
EOD
set label 'A' at first 32.6191406, first 5.59825227 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
32.6191406 5.59825227 5.48199616 6.30721038
EOD
set label 'A' at first 21.4980469, first 4.54778726 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
21.4980469 4.54778726 4.38078453 4.74817167
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
