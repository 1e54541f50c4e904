# SPDX-License-Identifier: GPL-2.0
"""A headless Chromium, driven through chromedriver (the W3C's WebDriver protocol)."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"down": "\ue015", "up": "\ue013", "home": "\ue011", "end": "\ue010", "escape": "\ue00c"}
SECONDS = 120


class Browser:
    """One window; used as a context."""

    def __init__(self, width=1400, height=1000):
        self.profile = tempfile.mkdtemp(prefix="ipcshow-browser-")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        self.url = f"http://127.0.0.1:{self._port()}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
                     "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
                     "--disable-dev-shm-usage", f"--window-size={width},{height}",
                     f"--user-data-dir={self.profile}"]
        told = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.url += "/session/" + told["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", "")
        finally:
            self.driver.kill()
            self.driver.wait()
            shutil.rmtree(self.profile, ignore_errors=True)

    def _port(self):
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return int(found[1])
        raise RuntimeError("chromedriver does not start")

    def _call(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Content-Type": "application/json"},
            data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from error

    def open(self, path):
        self._call("POST", "/url", {"url": "file://" + path})

    def run(self, script, *arguments):
        """What the script returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        told = self._call("POST", "/element", {"using": "css selector", "value": selector})
        return told[ELEMENT]

    def click(self, selector):
        self._call("POST", f"/element/{self.find(selector)}/click", {})

    def point_at(self, selector):
        """With the mouse, as a person would."""
        origin = {ELEMENT: self.find(selector)}
        self._call("POST", "/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
             "actions": [{"type": "pointerMove", "duration": 0, "x": 0, "y": 0,
                          "origin": origin}]}]})

    def press(self, *names):
        """Keys, to what has the focus; a name of one letter is that letter."""
        keys = [KEYS.get(name, name) for name in names]
        self._call("POST", "/actions", {"actions": [
            {"type": "key", "id": "keys", "actions": [
                {"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]}]})

    def emulate(self, media="", **features):
        """Paper, or a dark screen."""
        self._call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
            "media": media, "features": [{"name": name.replace("_", "-"), "value": value}
                                         for name, value in features.items()]}})

    def printed(self):
        """The page as PDF."""
        return base64.b64decode(self._call("POST", "/print", {"background": True}))

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._call("GET", "/screenshot")))

    def complaints(self):
        """What the console has had to say since it was asked last."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]
