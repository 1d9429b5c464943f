"""Drives the distribution's headless Chromium by the WebDriver protocol, for tests of the page."""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--force-device-scale-factor=1"]


class Browser:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="profile-", ignore_cleanup_errors=True)
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        for line in self.driver.stdout:
            started = re.search(r"started successfully on port (\d+)", line)
            if started:
                self.base = f"http://127.0.0.1:{started[1]}"
                break
        else:
            sys.exit("chromedriver did not start")
        options = {"args": ARGUMENTS + [f"--user-data-dir={self.profile.name}"],
                   "perfLoggingPrefs": {"enableNetwork": True}}
        capabilities = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options,
                                        "goog:loggingPrefs": {"browser": "ALL",
                                                              "performance": "ALL"}}}
        self.session = ""
        self.session = "/session/" + self.ask("POST", "/session",
                                              capabilities=capabilities)["sessionId"]
        # The browser's own first page asks for its own parts; they are not the page's.
        self.ask("POST", "/url", url="about:blank")
        time.sleep(0.5)
        self.requests()
        self.logged()

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        try:
            self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.profile.cleanup()

    def ask(self, method, path, **body):
        data = json.dumps(body).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + self.session + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def open(self, path):
        self.ask("POST", "/url", url="file://" + os.path.abspath(path))

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync", script=script, args=list(arguments))

    def devtools(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", cmd=command, params=parameters)

    def size(self, width, height, mobile=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=mobile)

    def colours(self, scheme, media="screen"):
        self.devtools("Emulation.setEmulatedMedia", media=media,
                      features=[{"name": "prefers-color-scheme", "value": scheme}])

    def press(self, key):
        for kind in ("rawKeyDown", "keyUp"):
            self.devtools("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                          windowsVirtualKeyCode={"Tab": 9, "Enter": 13}[key])
            if kind == "rawKeyDown" and key == "Enter":
                self.devtools("Input.dispatchKeyEvent", type="char", text="\r", key=key)

    def click(self, selector):
        element = next(iter(self.ask("POST", "/element", using="css selector",
                                     value=selector).values()))
        self.ask("POST", f"/element/{element}/click")

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.devtools(
                "Page.captureScreenshot", captureBeyondViewport=False)["data"]))

    def logged(self):
        return self.ask("POST", "/se/log", type="browser")

    def requests(self):
        """Addresses that the page asked for since the last call."""
        found = []
        for entry in self.ask("POST", "/se/log", type="performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found
