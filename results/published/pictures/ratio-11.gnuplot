# To draw it: gnuplot -e "set terminal svg size 800,466 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
set ytics ('1 thread' 0, 'jemalloc (A)' -1, 'mimalloc (A)' -2, 'tcmalloc (A)' -3, 'tbb (A)' -4, 'glibc (A)' -5, 'floor (A)' -6, '2 threads' -7, 'jemalloc (A)' -8, 'mimalloc (A)' -9, 'tcmalloc (A)' -10, 'tbb (A)' -11, 'glibc (A)' -12, 'floor (A)' -13)
set yrange [-13.6:0.6]
set object 1 rectangle from first 0.42348155, graph 0 to first 2.19207907, graph 1 fillcolor rgb '#e4e4e3' fillstyle solid 1 noborder behind
set object 2 rectangle from first 0.901457129, graph 0 to first 1.03834217, graph 1 fillcolor rgb '#c4c4c3' fillstyle solid 1 noborder behind
set xrange [0.341640686:2.27286516]
set xlabel 'ratio to hakmem (right of 1 is faster; shaded: noise floor)'
set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '#010203' back
$s1 << EOD
0.487203758 -1 0.438957569 0.532311282
0.45504342 -8 0.422426777 0.543263666
EOD
$s2 << EOD
0.754929401 -2 0.703302274 0.807645379
0.751708914 -9 0.631785389 0.920541668
EOD
$s3 << EOD
0.845527872 -3 0.765340702 0.947675951
0.761669419 -10 0.662407564 0.899180905
EOD
$s4 << EOD
0.531771596 -4 0.467482418 0.59561923
0.502775055 -11 0.473171401 0.595360299
EOD
$s5 << EOD
0.49158566 -5 0.440936927 0.520756857
0.464170252 -12 0.437066196 0.555736875
EOD
$s6 << EOD
0.829990132 -6 0.754508816 0.879861342
0.869743682 -13 0.772461035 0.896471134
EOD
unset key
plot $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
