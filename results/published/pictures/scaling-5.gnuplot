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
set yrange [0:3.03337]
set xlabel 'threads'
$c0 << EOD
0.964 1.42699 1.37659 1.46822
1.928 2.51158 2.25473 2.75761
EOD
$linear << EOD
1 1.42699
2 2.85398
EOD
$c1 << EOD
0.976 1.37818 1.37341 1.42096
1.952 2.36035 2.03388 2.75384
EOD
$c2 << EOD
0.988 1.39844 1.35247 1.44711
1.976 2.39049 2.19702 2.63813
EOD
$c3 << EOD
1 1.42677 1.39879 1.47655
2 0.935822 0.599491 0.988639
EOD
$c4 << EOD
1.012 1.36526 1.33938 1.40692
2.024 2.5488 2.2251 2.69601
EOD
$c5 << EOD
1.024 1.39618 1.37273 1.43339
2.048 2.31401 2.02201 2.7279
EOD
$c6 << EOD
1.036 1.39505 1.36278 1.42224
2.072 2.40706 2.12909 2.58843
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
