# Documents: links lead somewhere, the README's command lines are the ones that are run, and nothing
# in the tree depends on where somebody had it.
need git
cd "$ROOT"
git ls-files >"$TMPDIR/files"
[ -s "$TMPDIR/files" ] || skip "not a git repository"
python "$TMPDIR/files" <<'SCRIPT'
import gzip, os, re, sys

faults = []
files = [f for f in open(sys.argv[1]).read().split("\n") if os.path.isfile(f)]
for name in files:
    try:
        with (gzip.open if name.endswith(".gz") else open)(name, "rt", encoding="utf-8") as file:
            text = file.read()
    except UnicodeDecodeError:
        continue
    if re.search(r"/(home|root|Users|work)/\w", text) and not name.startswith("tests/"):
        faults.append(f"{name}: a path of somebody's machine")
    if name.startswith("results/") and re.search(r"/tmp/\w", text):
        faults.append(f"{name}: a path that nobody else has")
    if re.search(r"\b(TO[D]O|FIX[M]E|X[X]X)\b", text):  # written so that it does not find itself
        faults.append(f"{name}: unfinished")
    if name.endswith(".md"):
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" not in link and not os.path.exists(os.path.join(os.path.dirname(name), link)):
                faults.append(f"{name}: {link} does not exist")
readme = re.findall(r"```sh\n(.*?)```", open("README.md", encoding="utf-8").read(), re.DOTALL)
if readme[0] != "./setup && ninja && ./compare mixed\n" or readme[1] != "./setup --dev && ninja test\n":
    faults.append("README.md: its first two command lines have changed")
ci = open(".ci/run").read()
if not all(re.search("^" + re.escape(part) + "$", ci, re.MULTILINE)
           for part in readme[1].strip().split(" && ")):
    faults.append(".ci/run: does not run the README's test command line")
sys.exit("\n".join(faults) if faults else 0)
SCRIPT
