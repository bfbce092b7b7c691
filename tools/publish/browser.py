"""Find Chromium for the tests of the built pages; as root on Debian, install it."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
HOW = (
    "The tests look at the pages in a browser, and no Chromium was found. Install it "
    "(Debian, Ubuntu: apt-get install chromium) or set CHROMIUM to the path of Chromium or Chrome."
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find():
    """Path of the browser, or None."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), MAC]
    return next((path for path in candidates if path and os.path.exists(path)), None)


def install():
    """Debian's package, where this process may install one."""
    print("Installing chromium …", flush=True)
    quiet = {
        "stdout": subprocess.DEVNULL,
        "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
    }
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    package = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]
    subprocess.run(package, **quiet)


def main():
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not find() and root and shutil.which("apt-get"):
        install()
    if not find():
        sys.exit(HOW)


if __name__ == "__main__":
    main()
