# The published page in a browser: a click sorts, the keyboard reaches everything, colours follow
# the system and the button, nothing is fetched, nothing is logged, nothing is wider than a phone.
# SCREENSHOTS=FOLDER keeps what the page looked like.
# deadline: 900
need chromium chromedriver gnuplot
six_rounds "hakmem,jemalloc,glibc,crash=$FIXTURES/crash.so"
"$COMPARE" publish --from db -o page >/dev/null
export PYTHONPATH=$ROOT/tests/browser PYTHONDONTWRITEBYTECODE=1 SCREENSHOTS=${SCREENSHOTS:-$PWD}
cat >check.py <<'SCRIPT'
import os, time
from browser import Browser

COLUMN = """
const table = document.querySelectorAll('table')[0];
return [...table.tBodies[0].rows].map(row => [row.cells[0].textContent, row.cells[arguments[0]].textContent]);
"""
GROUND = "return getComputedStyle(document.body).backgroundColor"
CONTRAST = """
function luminance(c) {
  const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; });
  return .2126 * v[0] + .7152 * v[1] + .0722 * v[2];
}
const ground = luminance(getComputedStyle(document.body).backgroundColor), poor = [];
for (const e of document.querySelectorAll('p, td, th, caption, dt, dd, a, h1, h2, summary, figcaption, svg text')) {
  if (e.closest('.skip') || !e.textContent) continue;
  const style = getComputedStyle(e);
  const mine = luminance(e.tagName === 'text' ? style.fill : style.color);
  let behind = ground;
  for (let up = e; up && up !== document.body; up = up.parentElement) {
    const b = getComputedStyle(up).backgroundColor;
    if (b !== 'rgba(0, 0, 0, 0)') { behind = luminance(b); break; }
  }
  const ratio = (Math.max(mine, behind) + .05) / (Math.min(mine, behind) + .05);
  if (ratio < 4.5) poor.push([e.tagName, e.className.baseVal || e.className, e.textContent.slice(0, 30), ratio]);
}
return poor;
"""
SERIES = """
const ground = getComputedStyle(document.body).backgroundColor;
return [ground, [...document.querySelectorAll('table')[0].querySelectorAll('.key')].map(e => [e.parentElement.textContent, getComputedStyle(e).backgroundColor])];
"""


def number(text):
    return None if text == "n/a" else float(text)


def shot(browser, name):
    path = os.path.join(os.environ["SCREENSHOTS"], name + ".png")
    browser.screenshot(path)
    assert os.path.getsize(path) > 10000, name


with Browser() as browser:
    browser.colours("light")
    browser.size(1280, 900)
    browser.open("page/index.html")
    requests = browser.requests()
    assert requests and all(r.startswith("file://") and r.endswith("page/index.html") or r == "data:," for r in requests), requests
    assert browser.run("return document.title") == "Memory allocators compared"
    shot(browser, "desktop-light")

    # The keyboard reaches the first link, the button, the contents, and a table's columns.
    seen = []
    for _ in range(25):
        browser.press("Tab")
        seen.append(browser.run("const e = document.activeElement; return e.tagName + ' ' + (e.id || e.className || e.textContent.slice(0, 12))"))
    assert any(s == "BUTTON theme" for s in seen) and any("scroll" in s for s in seen), seen
    assert sum(s.startswith("BUTTON") for s in seen) > 5, seen

    # Sorting: by a click, down and up, missing figures last; and by the keyboard.
    before = browser.run(COLUMN, 2)
    browser.click("table thead th:nth-child(3) button")
    down = [number(text) for _, text in browser.run(COLUMN, 2)]
    figures = [v for v in down if v is not None]
    assert figures == sorted(figures, reverse=True) and len(figures) > 4, down
    assert None in down and down[len(figures):] == [None] * (len(down) - len(figures)), down
    sorts = browser.run("return [...document.querySelectorAll('table')[0].querySelectorAll('th[aria-sort]')].map(e => e.getAttribute('aria-sort'))")
    assert sorts == ["descending"], sorts
    assert browser.run("return document.getElementById('status').textContent").endswith("descending")
    browser.run("document.querySelector('table thead th:nth-child(3) button').focus()")
    browser.press("Enter")
    up = [number(text) for _, text in browser.run(COLUMN, 2)]
    assert [v for v in up if v is not None] == sorted(figures), up
    assert up[-1] is None, up
    browser.click("table thead th:nth-child(1) button")
    names = [name for name, _ in browser.run(COLUMN, 2)]
    assert names == sorted(names), names
    assert sorted(before) == sorted(browser.run(COLUMN, 2))

    # A screen reader finds a name for every table and picture, and a row header in every row.
    poor = browser.run("""
    const poor = [];
    for (const t of document.querySelectorAll('table')) {
      if (!t.caption || !t.caption.textContent) poor.push('caption');
      for (const r of t.tBodies[0].rows) if (!r.querySelector('th[scope=row]')) poor.push('row');
    }
    for (const s of document.querySelectorAll('svg:not([aria-hidden])'))
      if (s.getAttribute('role') !== 'img' || !document.getElementById(s.getAttribute('aria-labelledby')).textContent) poor.push('svg');
    return poor""")
    assert poor == [], poor

    # Colours: of the system, then of the button against the system.
    light = browser.run(GROUND)
    assert browser.run(CONTRAST) == [], browser.run(CONTRAST)
    browser.colours("dark")
    dark = browser.run(GROUND)
    assert dark != light == "rgb(255, 255, 255)", (light, dark)
    assert browser.run(CONTRAST) == [], browser.run(CONTRAST)
    browser.run("scrollTo(0, 0)")
    shot(browser, "desktop-dark")
    browser.click("#theme")
    assert browser.run(GROUND) == light and "light" in browser.run("return document.getElementById('theme').textContent")
    browser.colours("light")
    browser.click("#theme")
    assert browser.run(GROUND) == dark, browser.run(GROUND)
    browser.click("#theme")
    assert browser.run(GROUND) == light
    keys = dict(browser.run(SERIES)[1])
    assert len(keys) >= 4 and len(set(keys.values())) == len(keys), keys

    # Pictures are drawn in the page's own colours, and nothing of them is white on a dark ground.
    browser.colours("dark")
    white = browser.run("""
    const white = [];
    for (const e of document.querySelectorAll('figure svg *')) {
      const style = getComputedStyle(e);
      if (['fill', 'stroke', 'color'].some(p => style[p] === 'rgb(255, 255, 255)')) white.push(e.outerHTML.slice(0, 120));
    }
    return white""")
    assert white == [], white
    browser.colours("light")
    browser.run("document.querySelectorAll('figure')[0].scrollIntoView()")
    shot(browser, "desktop-picture-light")
    browser.colours("dark")
    browser.run("document.querySelectorAll('figure')[1].scrollIntoView()")
    shot(browser, "desktop-picture-dark")
    browser.colours("light")

    # A phone: the page itself does not scroll sideways, tables do within themselves.
    browser.size(360, 740, mobile=True)
    time.sleep(0.2)
    assert browser.run("return document.documentElement.scrollWidth") <= 360, browser.run("return document.documentElement.scrollWidth")
    browser.run("scrollTo(0, 0)")
    shot(browser, "phone-top")
    browser.run("document.querySelector('.scroll').scrollIntoView()")
    shot(browser, "phone-table")
    browser.run("document.querySelectorAll('figure')[0].scrollIntoView()")
    shot(browser, "phone-picture")

    # Print: no button, no contents, black on white whatever the setting.
    browser.size(1000, 1400)
    browser.colours("dark", media="print")
    assert browser.run(GROUND) == "rgb(255, 255, 255)"
    assert browser.run("return getComputedStyle(document.getElementById('theme')).display") == "none"
    browser.run("scrollTo(0, 0)")
    shot(browser, "print")

    assert [r for r in browser.requests() if not r.startswith("data:")] == []
    assert browser.logged() == [], browser.logged()
SCRIPT
"$PYTHON" check.py
