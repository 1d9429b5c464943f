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
set yrange [0:117.656]
set xlabel 'threads'
$c0 << EOD
0.964 51.9158 39.9298 54.6185
1.928 96.369 83.4309 106.96
EOD
$linear << EOD
1 51.9158
2 103.832
EOD
$c1 << EOD
0.976 31.4403 24.4589 32.8501
1.952 51.4941 49.8155 58.2197
EOD
$c2 << EOD


EOD
$c3 << EOD
1 53.5828 46.4289 57.0042
2 93.5666 82.2711 106.099
EOD
$c4 << EOD
1.012 17.4898 15.2976 18.1208
2.024 27.3433 26.7899 30.4785
EOD
$c5 << EOD
1.024 6.18929 5.52225 6.50554
2.048 10.3073 9.85965 10.4683
EOD
$c6 << EOD
1.036 48.4353 42.9909 52.7475
2.072 78.9871 67.6304 94.0483
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  NaN with points pt 2 lc rgb '#010203' title 'mimalloc (A): n/a', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
