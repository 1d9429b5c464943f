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
set yrange [0:89.9403]
set xlabel 'threads'
$c0 << EOD
0.964 38.3236 31.0136 39.0051
1.928 70.1994 59.8498 73.9831
EOD
$linear << EOD
1 38.3236
2 76.6471
EOD
$c1 << EOD
0.976 32.6083 30.0644 33.0775
1.952 49.492 42.2114 51.9303
EOD
$c2 << EOD
0.988 40.0374 39.5166 44.0113
1.976 70.7659 59.764 81.7639
EOD
$c3 << EOD
1 38.13 33.9359 38.9146
2 42.8326 40.8912 70.1559
EOD
$c4 << EOD
1.012 23.2107 21.8506 23.7606
2.024 35.9781 33.6823 40.5942
EOD
$c5 << EOD
1.024 18.423 16.3623 18.6226
2.048 30.5837 29.592 31.8582
EOD
$c6 << EOD
1.036 34.8119 32.6375 36.1934
2.072 51.4433 38.9285 67.0616
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
