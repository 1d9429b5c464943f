# The same findings as data; stdout holds nothing else.
machines=$ROOT/tests/fixtures/machines
"$COMPARE" doctor --root "$machines/container" --json - >container.json
"$COMPARE" doctor --root "$machines/governor" --json governor.json >text || [ $? = 1 ]
[ -s text ] || fail "--json FILE prints no text"
"$COMPARE" doctor --json - >here.json || [ $? = 1 ] || fail "this machine cannot be examined"
"$COMPARE" doctor --list | sed -n 's/^### //p' >ids
python <<'SCRIPT'
import json

ids = open("ids").read().split()
for name in "container", "governor", "here":
    data = json.load(open(name + ".json"))
    findings = data["findings"]
    assert data["schema"] == 1 and data["kind"] == "diagnosis"
    assert [f["id"] for f in findings] == ids, name
    spoils = [f for f in findings if f["severity"] == "spoils"]
    assert data["spoils"] == len(spoils)
    assert data["spoils_changeable"] == sum(f["changeable"] for f in spoils)
    for f in findings:
        assert f["severity"] in ("spoils", "worth-knowing", "fine", "n/a"), f
        stated = f["severity"] in ("spoils", "worth-knowing")
        assert stated == (f["effect"] is not None) == (f["remedy"] is not None), f
        assert stated == (f["changeable"] is not None), f
        assert (f["changeable"] is False) == (f["why_not"] is not None), f
        assert f["found"], f
    if name == "container":
        assert [f["id"] for f in spoils] == ["cpu-quota", "overcommit"], spoils
        assert data["spoils_changeable"] == 0 and data["machine"]["cpu"] is None
    if name == "governor":
        assert spoils[0]["id"] == "governor" and spoils[0]["changeable"], spoils
SCRIPT
