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
set xrange [0.336543761:2.2730612]
set xlabel 'ratio to hakmem (right of 1 is faster; shaded: noise floor)'
set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '#010203' back
$s1 << EOD
0.857229481 -1 0.836681882 0.969393751
0.718392872 -8 0.659255991 0.796991831
EOD
$s2 << EOD
1.09828913 -2 1.01876555 1.29225277
1.03495104 -9 0.860772241 1.28838869
EOD
$s3 << EOD
0.985258722 -3 0.893755442 1.23635737
0.690759415 -10 0.573781154 1.13139176
EOD
$s4 << EOD
0.609848182 -4 0.560198223 0.752497658
0.536524576 -11 0.461577492 0.668878761
EOD
$s5 << EOD
0.476991553 -5 0.419492252 0.59938067
0.45435701 -12 0.417525888 0.499125858
EOD
$s6 << EOD
0.920385668 -6 0.852831148 1.10315537
0.742655114 -13 0.548534323 0.934645715
EOD
unset key
plot $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
