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
set xrange [0:2.28939722]
set xlabel 'ratio to hakmem (right of 1 is faster; shaded: noise floor)'
set arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '#010203' back
$s1 << EOD
0.0109606955 -1 0.00912529513 0.0121099308
0.0114245006 -8 0.00938082074 0.0126670153
EOD
$s2 << EOD
0.932526738 -2 0.853518704 0.980704421
0.933466817 -9 0.727979712 1.19193661
EOD
$s3 << EOD
0.81449244 -3 0.735718888 0.90170029
0.766218269 -10 0.54606435 1.32237582
EOD
$s4 << EOD
0.0113388229 -4 0.00956408112 0.0127218944
0.0135196811 -11 0.0111339602 0.0156818844
EOD
$s5 << EOD
0.176649049 -5 0.145840391 0.250421522
0.171174823 -12 0.0955051915 0.430566846
EOD
$s6 << EOD
0.456604518 -6 0.378091083 0.631770917
0.320186839 -13 0.280701634 0.474796599
EOD
unset key
plot $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
