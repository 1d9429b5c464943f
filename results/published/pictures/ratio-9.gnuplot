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
set xrange [0.0851901386:2.28272864]
set xlabel 'ratio to hakmem (right of 1 is faster; shaded: noise floor)'
set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '#010203' back
$s1 << EOD
0.238647165 -1 0.175839713 0.279871684
0.232944369 -8 0.209572701 0.258841519
EOD
$s2 << EOD
0.667303635 -2 0.559951845 0.795236494
0.653471282 -9 0.571374874 0.733505979
EOD
$s3 << EOD
1.19625083 -3 1.03448218 1.40365925
0.98363172 -10 0.816605778 1.30072475
EOD
$s4 << EOD
0.534908363 -4 0.483985048 0.606660468
0.441045297 -11 0.3856644 0.543090799
EOD
$s5 << EOD
0.428998143 -5 0.365086492 0.504818613
0.415763721 -12 0.364133064 0.465166975
EOD
$s6 << EOD
1.0925541 -6 0.804005388 1.2724986
1.02951726 -13 0.862456297 1.14348903
EOD
unset key
plot $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
