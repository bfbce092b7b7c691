"""How long a change of the reach lab takes, in milliseconds: `python -m benchmarks.reach_change`

The built first page in Chromium: every move of the slider, from the event until the first answers,
the sentence and the gradients of six networks are on the page.  Median, and the slowest gap.
"""

import os
import statistics

from playwright.sync_api import sync_playwright

from tools.environment import ROOT
from tools.publish import browser
from tools.publish.server import serve

ROUNDS = 9  # at each gap
MOVE = """place => {
  const lab = document.querySelector('.reach-lab').reach, before = performance.now();
  lab.slider.value = place;
  lab.slider.oninput();
  document.querySelector('.reach-lab').getBoundingClientRect();
  return performance.now() - before;
}"""


def measured():
    """Milliseconds of ROUNDS changes to each gap (gaps, ROUNDS)."""
    with serve(ROOT / "_build" / "html") as address, sync_playwright() as play:
        tab = play.chromium.launch(executable_path=browser.find(), args=browser.FLAGS).new_page()
        tab.goto(f"{address}/book/index.html")
        tab.wait_for_selector(".reach-lab[data-alive]")
        last = int(tab.locator(".reach-lab input").get_attribute("max"))
        turns = [[tab.evaluate(MOVE, place) for place in range(last + 1)] for _ in range(ROUNDS)]
    return [list(times) for times in zip(*turns, strict=True)]


def main():
    times = measured()
    middle = [statistics.median(one) for one in times]
    everything = statistics.median(ms for one in times for ms in one)
    print("median at each gap, ms:", *(f"{ms:.1f}" for ms in middle))
    print(f"median of all: {everything:.1f} ms; load {os.getloadavg()[0]:.1f} on {os.cpu_count()}")


if __name__ == "__main__":
    main()
