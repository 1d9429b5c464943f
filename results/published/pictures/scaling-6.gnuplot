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
set yrange [0:2.85315]
set xlabel 'threads'
$c0 << EOD
0.964 1.56842 1.47042 1.87127
1.928 1.9339 1.50539 2.12025
EOD
$linear << EOD
1 1.56842
2 3.13685
EOD
$c1 << EOD
0.976 1.3271 1.10695 1.458
1.952 1.63616 1.38998 2.48033
EOD
$c2 << EOD
0.988 1.4507 1.25469 1.57811
1.976 1.68106 1.53968 2.48015
EOD
$c3 << EOD
1 1.73582 1.59991 1.81767
2 2.12359 1.80916 2.45839
EOD
$c4 << EOD
1.012 1.3858 1.27638 1.50812
2.024 1.84912 1.60664 2.17795
EOD
$c5 << EOD
1.024 1.044 0.896234 1.1355
2.048 1.48358 1.21021 1.71121
EOD
$c6 << EOD
1.036 1.52489 1.36426 1.62629
2.072 1.9666 1.80499 2.59377
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
