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
set yrange [0:297.151]
set object 1 rectangle from first 2.82843, graph 0 to graph 1, graph 1 fillcolor rgb '#e4e4e3' fillstyle solid 1 noborder behind
set xlabel 'threads (shaded: more than PUs)'
$c0 << EOD
0.964 133.261 98.7374 146.719
1.928 250.048 221.447 270.137
3.856 229.879 210.6 238.072
EOD
$linear << EOD
1 133.261
2 266.522
4 266.522
EOD
$c1 << EOD
0.976 88.2265 84.6811 90.0765
1.952 154.637 150.945 159.55
3.904 150.368 141.266 180.594
EOD
$c2 << EOD
0.988 126.538 113.649 133.513
1.976 218.012 211.393 223.92
3.952 235.419 191.524 245.931
EOD
$c3 << EOD
1 139.06 134.34 142.817
2 231.831 216.119 256.88
4 231.653 210.147 250.592
EOD
$c4 << EOD
1.012 39.1704 36.7066 40.176
2.024 71.5814 70.4354 73.625
4.048 71.592 69.4969 77.4305
EOD
$c5 << EOD
1.024 53.489 51.585 56.737
2.048 105.114 93.7035 112.617
4.096 108.606 93.2967 118.158
EOD
$c6 << EOD
1.036 84.2011 79.2564 85.2857
2.072 158.431 142.742 165.819
4.144 152.54 146.997 165.395
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (C)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (C)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (C)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (C)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (C)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (C)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (C)'
