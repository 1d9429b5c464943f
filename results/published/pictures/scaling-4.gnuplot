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
set yrange [0:17.8771]
set xlabel 'threads'
$c0 << EOD
0.964 8.97005 7.73729 9.83241
1.928 12.7307 9.21531 15.3626
EOD
$linear << EOD
1 8.97005
2 17.9401
EOD
$c1 << EOD
0.976 1.254 1.21137 1.29108
1.952 1.42425 1.32937 1.52167
EOD
$c2 << EOD
0.988 1.07498 1.02542 1.08874
1.976 4.23012 3.63216 4.58589
EOD
$c3 << EOD
1 5.65003 5.37355 5.97144
2 6.48356 4.74738 8.15883
EOD
$c4 << EOD
1.012 6.80213 4.28405 7.08401
2.024 8.11523 6.20862 10.4956
EOD
$c5 << EOD
1.024 7.04783 6.25785 7.51915
2.048 8.07239 5.5214 11.8488
EOD
$c6 << EOD
1.036 9.40795 8.67953 9.89248
2.072 14.0189 10.3429 16.2519
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
