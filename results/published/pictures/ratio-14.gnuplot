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
set xrange [0.142190094:2.28053634]
set xlabel 'ratio to hakmem (right of 1 is faster; shaded: noise floor)'
set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '#010203' back
$s1 << EOD
0.63563226 -1 0.397198348 0.797842272
0.658175261 -2 0.613940372 0.902352133
0.561339943 -14 0.477947049 0.692253053
0.628387352 -15 0.568862638 0.717791507
0.680173429 -27 0.633995674 0.758568374
EOD
$s2 << EOD
0.947577968 -3 0.833656629 1.12544991
0.938148811 -4 0.837320959 1.35220209
0.8234439 -16 0.77333568 1.01015882
0.887685245 -17 0.828913139 0.976374844
1.04314855 -28 0.805561135 1.09926592
EOD
$s3 << EOD
1.04103051 -5 0.932638532 1.21745784
1.0689021 -6 0.939120938 1.38958898
0.952909132 -18 0.716765477 1.13407268
0.950287916 -19 0.834302158 1.05646412
1.03109825 -29 0.892053927 1.06774196
EOD
$s4 << EOD
0.291219426 -7 0.263500653 0.364435442
0.295174359 -8 0.254447747 0.400131454
0.27024876 -20 0.230647363 0.338663373
0.289893765 -21 0.260739209 0.318146811
0.317713314 -30 0.292559143 0.342167258
EOD
$s5 << EOD
0.436759032 -9 0.379889879 0.543944151
0.406692738 -10 0.361960365 0.560924784
0.383212354 -22 0.335332063 0.437929219
0.425485742 -23 0.346873594 0.508552124
0.476245602 -31 0.443005389 0.501567423
EOD
$s6 << EOD
0.640451583 -11 0.564836132 0.768154437
0.62835159 -12 0.54019284 0.85996237
0.565871471 -24 0.462121091 0.691152879
0.641310518 -25 0.558257996 0.736718834
0.675648238 -32 0.623986504 0.714227943
EOD
unset key
plot $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
