# To draw it: gnuplot -e "set terminal svg size 800,922 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
set ytics ('1 thread' 0, 'jemalloc (B)' -1, 'jemalloc (C)' -2, 'mimalloc (B)' -3, 'mimalloc (C)' -4, 'tcmalloc (B)' -5, 'tcmalloc (C)' -6, 'tbb (B)' -7, 'tbb (C)' -8, 'glibc (B)' -9, 'glibc (C)' -10, 'floor (B)' -11, 'floor (C)' -12, '2 threads' -13, 'jemalloc (B)' -14, 'jemalloc (C)' -15, 'mimalloc (B)' -16, 'mimalloc (C)' -17, 'tcmalloc (B)' -18, 'tcmalloc (C)' -19, 'tbb (B)' -20, 'tbb (C)' -21, 'glibc (B)' -22, 'glibc (C)' -23, 'floor (B)' -24, 'floor (C)' -25, '4 threads, over' -26, 'jemalloc (C)' -27, 'mimalloc (C)' -28, 'tcmalloc (C)' -29, 'tbb (C)' -30, 'glibc (C)' -31, 'floor (C)' -32)
set yrange [-32.6:0.6]
set object 1 rectangle from first 0.42348155, graph 0 to first 2.19207907, graph 1 fillcolor rgb '#e4e4e3' fillstyle solid 1 noborder behind
set object 2 rectangle from first 0.901457129, graph 0 to first 1.03834217, graph 1 fillcolor rgb '#c4c4c3' fillstyle solid 1 noborder behind
set xrange [0.219427813:2.27756565]
set xlabel 'ratio to hakmem (right of 1 is faster; shaded: noise floor)'
set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '#010203' back
$s1 << EOD
0.775427278 -1 0.726829085 0.824573551
0.799771668 -2 0.737595883 0.929757159
0.809860395 -14 0.743808351 0.881778027
0.798343172 -15 0.756797731 0.8537763
0.774140369 -27 0.649650274 0.856494018
EOD
$s2 << EOD
0.860760428 -3 0.787413669 0.906618658
0.885775712 -4 0.856180761 0.977052141
0.94122945 -16 0.838064145 1.05709436
0.890335292 -17 0.824793649 0.942331189
0.880637676 -28 0.671821946 0.946428997
EOD
$s3 << EOD
0.951458722 -5 0.916798647 1.04674007
0.988265048 -6 0.924229643 1.09538734
0.968597433 -18 0.869299104 1.07923842
0.945500894 -19 0.891789836 1.01362806
0.918886702 -29 0.758517054 1.00915197
EOD
$s4 << EOD
0.420029185 -7 0.385956621 0.440635483
0.42436932 -8 0.395633541 0.458139916
0.425839513 -20 0.399446865 0.439275423
0.421797313 -21 0.3049144 0.443397426
0.393115274 -30 0.364703014 0.425855471
EOD
$s5 << EOD
0.513538729 -9 0.502017085 0.525324804
0.511629847 -10 0.476767335 0.546299871
0.508048616 -22 0.48038817 0.582833652
0.51607035 -23 0.468752102 0.542973725
0.492980706 -31 0.447564103 0.557300996
EOD
$s6 << EOD
0.947825224 -11 0.917475478 0.993211217
0.959898431 -12 0.927953993 1.0566041
1.00549389 -24 0.77101283 1.15480636
0.936984093 -25 0.867684269 1.01181872
0.927036362 -32 0.730968667 1.04550238
EOD
unset key
plot $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
