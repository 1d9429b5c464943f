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
set yrange [0:245.599]
set xlabel 'threads'
$c0 << EOD
0.964 210.287 206.193 223.272
1.928 95.2558 60.3533 129.365
EOD
$linear << EOD
1 210.287
2 420.573
EOD
$c1 << EOD
0.976 95.6174 92.962 98.9018
1.952 13.298 9.342 22.7525
EOD
$c2 << EOD
0.988 214.642 202.328 219.748
1.976 22.5491 19.0675 73.9239
EOD
$c3 << EOD
1 193.225 144.875 199.269
2 9.42027 8.91754 21.4259
EOD
$c4 << EOD
1.012 58.0915 51.1785 59.7376
2.024 17.8006 16.3647 40.0028
EOD
$c5 << EOD
1.024 61.4964 51.1251 63.2011
2.048 7.65595 6.87401 20.5809
EOD
$c6 << EOD
1.036 180.456 137.914 207.79
2.072 117.303 72.2124 139.903
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
