# To draw it: gnuplot -e "set terminal svg size 800,514 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
set ytics ('1 thread' 0, 'hakmem (A)' -1, 'jemalloc (A)' -2, 'mimalloc (A)' -3, 'tcmalloc (A)' -4, 'tbb (A)' -5, 'glibc (A)' -6, 'floor (A)' -7, '2 threads' -8, 'hakmem (A)' -9, 'jemalloc (A)' -10, 'mimalloc (A)' -11, 'tcmalloc (A)' -12, 'tbb (A)' -13, 'glibc (A)' -14, 'floor (A)' -15)
set yrange [-15.6:0.6]
set xrange [0:2.89548838]
set xlabel 'M ops/s (more is better)'
set arrow from first 1.39504675, first -0.6 to first 1.39504675, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 2.40705718, first -8.6 to first 2.40705718, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
1.42699075 -1 1.37658979 1.46821738
2.5115788 -9 2.25472762 2.75760798
EOD
$s1 << EOD
1.37817558 -2 1.37341417 1.42095951
2.36035493 -10 2.03388026 2.75384353
EOD
$s2 << EOD
1.39844411 -3 1.35247328 1.44711495
2.39049124 -11 2.1970159 2.63812693
EOD
$s3 << EOD
1.4267708 -4 1.39878535 1.47655111
0.935822188 -12 0.59949146 0.988638507
EOD
$s4 << EOD
1.36525994 -5 1.3393796 1.406924
2.54879526 -13 2.22510493 2.69600917
EOD
$s5 << EOD
1.39618284 -6 1.37272954 1.43338683
2.31401498 -14 2.0220052 2.72789735
EOD
$s6 << EOD
1.39504675 -7 1.36278498 1.42223909
2.40705718 -15 2.12909403 2.58842576
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
