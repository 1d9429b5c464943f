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
set xtics (1, 2, 4)
set xrange [0.869565:4.6]
set yrange [0:142.68]
set object 1 rectangle from first 2.82843, graph 0 to graph 1, graph 1 fillcolor rgb '#e4e4e3' fillstyle solid 1 noborder behind
set xlabel 'threads (shaded: more than PUs)'
$c0 << EOD
0.964 64.5491 59.2054 67.9655
1.928 117.603 109.111 126.491
3.856 118.165 114.426 129.709
EOD
$linear << EOD
1 64.5491
2 129.098
4 129.098
EOD
$c1 << EOD
0.976 51.9474 47.0247 55.0467
1.952 93.8874 92.2747 96.3861
3.904 91.8399 84.2654 98.454
EOD
$c2 << EOD
0.988 58.0188 53.2939 58.7289
1.976 104.612 101.902 109.012
3.952 106.493 87.1413 108.296
EOD
$c3 << EOD
1 64.0493 58.9233 65.0845
2 111.701 107.976 114.816
4 113.14 86.7938 121.872
EOD
$c4 << EOD
1.012 27.1475 25.2232 28.277
2.024 49.6228 38.5688 50.9893
4.048 47.8968 42.3383 48.7288
EOD
$c5 << EOD
1.024 33.5123 28.2272 34.5498
2.048 62.6674 53.1545 65.3122
4.096 58.4856 56.8457 63.7695
EOD
$c6 << EOD
1.036 62.2872 60.0049 63.6872
2.072 110.09 104.642 118.789
4.144 110.19 89.9812 120.18
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (C)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (C)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (C)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (C)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (C)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (C)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (C)'
