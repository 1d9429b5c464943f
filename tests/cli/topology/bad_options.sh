# Command lines that topology refuses.
refused topology --topology "no such machine"
refused topology --topology "$ROOT/README.md"
refused topology -p compakt
refused topology -p pus:1,1
refused topology -p compact,,scatter
refused topology -p compact@nowhere
refused topology -p compact@local --membind interleave
refused topology --membind node
refused topology --distance far
refused topology -t 0
refused topology -t 1,
refused topology -p compact,scatter -t 1 --svg picture.svg
refused topology --topology "pack:1 core:2 pu:1" -p pus:0,2 -t 1
refused topology --topology "pack:1 core:2 pu:1" --distance l3
refused topology something
refused topology --xml no/such/folder/file.xml
# The same names elsewhere.
refused mixed -p pus:0,x
refused mixed -p compact@node:9999 --dry-run
