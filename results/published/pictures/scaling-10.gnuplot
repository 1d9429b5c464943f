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
set yrange [0:0.122613]
set xlabel 'threads'
$c0 << EOD
0.964 0.0541019 0.0527602 0.0663853
1.928 0.0875082 0.0757325 0.111466
EOD
$linear << EOD
1 0.0541019
2 0.108204
EOD
$c1 << EOD
0.976 0.000619402 0.000605785 0.000638923
1.952 0.00101826 0.000959304 0.00105888
EOD
$c2 << EOD
0.988 0.0509694 0.0457977 0.0628712
1.976 0.0846518 0.0694526 0.10205
EOD
$c3 << EOD
1 0.0475163 0.0422364 0.0509248
2 0.0711264 0.0462053 0.100147
EOD
$c4 << EOD
1.012 0.000637528 0.00062449 0.000682626
2.024 0.00123528 0.00111066 0.00132678
EOD
$c5 << EOD
1.024 0.0106127 0.00782544 0.0132123
2.048 0.0151115 0.00723284 0.0364325
EOD
$c6 << EOD
1.036 0.0264193 0.0202874 0.0344607
2.072 0.0287656 0.0236665 0.0424464
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
