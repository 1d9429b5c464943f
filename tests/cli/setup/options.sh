# --help, and what is refused with a reason.
setup=$ROOT/setup
"$setup" --help | head -n 1
status=0
"$setup" --dve >out || status=$?
[ $status = 2 ] && [ ! -s out ] || fail "an unknown option gives status $status"
echo 'ID=plan9' >os-release
status=0
SETUP_OS_RELEASE=os-release "$setup" >out || status=$?
[ $status = 1 ] && [ ! -s out ] || fail "an unknown distribution gives status $status"
