# perl: hashes, sorting, regular expressions, nested data, fork.
need perl
cat >script <<'SCRIPT'
use strict;
use warnings;
my %words;
for my $i (1 .. 200_000) { $words{sprintf "%x", ($i * 2654435761) % 65536} .= chr(97 + $i % 26); }
my @keys = sort { length $words{$b} <=> length $words{$a} || $a cmp $b } keys %words;
print scalar(@keys), " $keys[0] $words{$keys[0]}\n";
my $text = join ' ', map { "$_=$words{$_}" } @keys;
my $count = () = $text =~ /([0-9a-f]+)=(\w)\w*\2/g;
$text =~ s/(\d+)/<$1>/g;
print "$count ", length $text, "\n";
my @tree = map { my $n = $_; { n => $n, list => [ map { "$n.$_" } 1 .. 50 ] } } 1 .. 2000;
@tree = grep { $_->{n} % 3 } @tree;
print scalar(@tree), " $tree[99]{list}[49]\n";
for my $child (1 .. 5) {
    if (my $pid = fork) { waitpid $pid, 0; print "child $child: ", $? >> 8, "\n"; }
    else { my @x = map { "x" x $_ } 1 .. 2000; exit(@x % 256 + $child - @x % 256); }
}
SCRIPT
same perl script
