# Names with quotes, markup and characters beyond ASCII read as themselves in every format.
need gnuplot
"$COMPARE" mixed -a hakmem,glibc -t 1 -r 2 --seed 1 --quick -o db >/dev/null
cat >rename.py <<'SCRIPT'
import sqlite3

name = open("name", encoding="utf-8").read()
with sqlite3.connect("db/results.db") as db:
    db.execute("UPDATE run_allocator SET label = ?, version = ?, configuration = ? WHERE label = 'glibc'",
               (name, name, name))
    db.execute("UPDATE run SET notes = ?, source_commit = ?", (name, name))
SCRIPT
printf '%s' "it's \"a\" <script>alert(1)</script> & |*_\`é 中 %d \\end{x} \$HOME #1 ^~ [l](j)" >name
"$PYTHON" rename.py
"$COMPARE" publish --from db -o page --title "$(cat name)" >/dev/null
cat >check.py <<'SCRIPT'
import csv, glob, html, json, re, xml.dom.minidom
from html.parser import HTMLParser

name = open("name", encoding="utf-8").read()
assert name in {c["allocator"] for c in json.load(open("page/results.json"))["cells"]}
for path in ("page/cells.csv", "page/samples.csv"):
    assert name in {row["allocator"] for row in csv.DictReader(open(path, encoding="utf-8"))}, path

class Reader(HTMLParser):
    texts, scripts = [], 0
    def handle_starttag(self, tag, attributes):
        self.scripts += tag == "script"
    def handle_data(self, data):
        self.texts.append(data)

page = Reader()
page.feed(open("page/index.html", encoding="utf-8").read())
assert page.scripts == 1 and page.texts.count(name) >= 5, page.texts.count(name)

svgs = glob.glob("page/pictures/*.svg")
assert svgs
for path in svgs:
    texts = [node.firstChild.data for tag in ("text", "title", "desc")
             for node in xml.dom.minidom.parse(path).getElementsByTagName(tag) if node.firstChild]
    assert any(name in text for text in texts), (path, texts)
    assert any(text.startswith(name[:15] + '...') for text in texts), (path, texts)

# Markdown: what a renderer makes of an escaped field is the name.
line = next(l for l in open("page/README.md", encoding="utf-8") if l.startswith("| it's"))
field = re.split(r"(?<!\\)\|", line)[1].strip()
assert html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", field)) == name, field
for raw in ("<script", "|*"):
    assert raw not in field, field

# LaTeX: every special character is a command of its own.
text = open("page/tables.tex", encoding="utf-8").read()
assert "\\end{x}" not in text and "\\hakmemchar{4E2D}{中}" in text and "\\textbackslash{}end\\{x\\}" in text
assert "\\$HOME \\#1 \\textasciicircum{}\\textasciitilde{}" in text, text[:2000]
SCRIPT
"$PYTHON" check.py
if command -v pdflatex >/dev/null; then
    cat >paper.tex <<'TEX'
\documentclass{article}
\usepackage{array}\usepackage{booktabs}\usepackage{textcomp}\usepackage{graphicx}
\begin{document}\input{tables.tex}\end{document}
TEX
    cp paper.tex page/
    (cd page && pdflatex -halt-on-error -interaction=nonstopmode paper.tex >../latex.log 2>&1) ||
        fail "LaTeX: $(grep -A 5 '^!' latex.log)"
fi
# Bytes that are no UTF-8 and control characters do no harm.
python <<'SCRIPT'
import sqlite3

with sqlite3.connect("db/results.db") as db:
    db.execute("UPDATE run_allocator SET label = CAST(X'61FF1B5B33316D0A62' AS TEXT) WHERE position = 1")
SCRIPT
"$COMPARE" publish --from db -o odd >/dev/null
python <<'SCRIPT'
import glob, xml.dom.minidom

for path in ["odd/README.md", "odd/tables.tex", "odd/index.html", "odd/results.json"]:
    text = open(path, encoding="utf-8").read()
    assert "\x1b" not in text and "\ufffd" in text, path
for path in glob.glob("odd/pictures/*.svg"):
    xml.dom.minidom.parse(path)
SCRIPT
