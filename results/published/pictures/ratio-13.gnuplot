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
set xrange [0:2.28727438]
set xlabel 'ratio to hakmem (right of 1 is faster; shaded: noise floor)'
set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '#010203' back
$s1 << EOD
0.812297358 -1 0.732048343 0.901343475
0.767679013 -2 0.726958911 0.933562292
0.257539339 -14 0.141531717 1.25732453
0.335742756 -15 0.284913583 0.389605733
0.331986251 -27 0.231722413 0.359896515
EOD
$s2 << EOD
1.03503507 -3 0.852441288 1.29936917
0.953743009 -4 0.778969201 1.24856424
0.316041416 -16 0.145814551 0.684994577
0.304625024 -17 0.252049088 0.373316332
0.276901531 -28 0.253732588 0.338748093
EOD
$s3 << EOD
1.06833232 -5 0.97662975 1.33781614
1.00251987 -6 0.92357209 1.27336163
0.261945908 -18 0.171332767 0.40460851
0.296999045 -19 0.239732113 0.367945836
0.271414883 -29 0.246341848 0.365711382
EOD
$s4 << EOD
0.400791097 -7 0.349300904 0.522566203
0.389822857 -8 0.382180425 0.506695412
0.244351911 -20 0.119187445 0.5009576
0.213871651 -21 0.18067673 0.253165326
0.201928321 -30 0.190107006 0.25230135
EOD
$s5 << EOD
0.614716273 -9 0.547308054 0.793055169
0.613149979 -10 0.56688262 0.719630361
0.0875813657 -22 0.0621961979 0.130993041
0.100351468 -23 0.0876900782 0.182101922
0.207101199 -31 0.156470249 0.223948101
EOD
$s6 << EOD
0.980552569 -11 0.700500541 1.1518055
1.01000925 -12 0.897088044 1.28610104
0.900335346 -24 0.466885759 1.64239043
0.866954992 -25 0.732758094 1.06227133
0.800728215 -32 0.619250327 0.973107424
EOD
unset key
plot $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
