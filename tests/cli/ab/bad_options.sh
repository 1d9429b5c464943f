# Command lines that ab refuses, each with what to write instead.
refused ab
refused ab hakmem
refused ab hakmem hakmem more
refused ab hakmem glibc -a jemalloc
refused ab hakmem glibc --quick
refused ab hakmem glibc -r 10 --budget 10s
refused ab hakmem glibc --go x
refused ab hakmem glibc --tolerate -1
refused ab hakmem glibc --budget 3d
refused ab hakmem glibc -w mixd
refused ab hakmem glibcc
refused ab hakmem 'glibc{NOT A SETTING}'
refused ab hakmem 'glibc{A=1'
refused ab hakmem 'glibc{LD_PRELOAD=x}'
