# docs/doctor.md explains every check in the words of the table.
"$COMPARE" doctor --list >list
sed '1,/^## Checks$/d' "$ROOT/docs/doctor.md" >page
diff list page || fail "docs/doctor.md differs; put the output of './compare doctor --list' there"
