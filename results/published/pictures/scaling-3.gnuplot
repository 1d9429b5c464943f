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
set yrange [0:113.043]
set xlabel 'threads'
$c0 << EOD
0.964 88.1741 74.0607 91.3302
1.928 94.0447 86.1326 102.766
EOD
$linear << EOD
1 88.1741
2 176.348
EOD
$c1 << EOD
0.976 46.2585 43.1121 46.7732
1.952 38.6817 37.8123 39.5678
EOD
$c2 << EOD
0.988 57.476 57.0402 62.1655
1.976 34.6462 29.8369 35.7843
EOD
$c3 << EOD
1 71.8297 69.1842 74.3582
2 54.9055 53.6242 56.4782
EOD
$c4 << EOD
1.012 36.3531 34.5874 36.655
2.024 25.3951 24.9397 46.025
EOD
$c5 << EOD
1.024 29.3441 28.6275 30.4256
2.048 14.7925 14.5748 27.3647
EOD
$c6 << EOD
1.036 75.905 74.175 77.6146
2.072 66.9721 63.6638 70.0469
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
