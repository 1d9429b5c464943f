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
set xrange [0.00516575159:2.2858065]
set xlabel 'ratio to hakmem (right of 1 is faster; shaded: noise floor)'
set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '#010203' back
$s1 << EOD
0.13959932 -1 0.126122681 0.166865207
0.112652738 -8 0.0988931868 0.14600133
EOD
$s2 << EOD
0.121139964 -2 0.108621006 0.132529668
0.336145711 -9 0.29232255 0.394144553
EOD
$s3 << EOD
0.631503165 -3 0.565445456 0.750358819
0.5095125 -10 0.454195875 0.649948499
EOD
$s4 << EOD
0.709892836 -4 0.510998694 0.898506649
0.646352785 -11 0.564419973 0.772977297
EOD
$s5 << EOD
0.778138194 -5 0.696842121 0.942098521
0.656551012 -12 0.533765519 0.872632219
EOD
$s6 << EOD
1.04038468 -6 0.951967457 1.22210279
1.12142835 -13 0.870377961 1.26734339
EOD
unset key
plot $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
