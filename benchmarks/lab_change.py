"""How long a change of a living cell takes, in milliseconds: `python -m benchmarks.lab_change`

Each lab by itself in Chromium: the sentence is computed anew and everything that is seen follows.
The median of ROUNDS changes, after WARM others.
"""

import os
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from lessons_kit import living
from lessons_kit.living import page
from tools.publish import browser

WARM, ROUNDS = 20, 200
CHANGE = """k => {
  const lab = document.querySelector('cell-lab, attention-lab');
  if (lab.toggle) lab.toggle(k % lab.T);
  else if (lab.holds.length) lab.hold(lab.holds[0].letter, (k % 100) / 100);
  else lab.sever('h', k % 2 === 0);
  lab.update();
  return lab.recomputeMs;
}"""


def labs():
    """name → a lab."""
    reads = {"RNN": living.SENTENCE, "LSTM": living.SUBJECTS, "GRU": living.SENTENCE}
    for name, sentence in {**reads, "attention": living.SHORT}.items():
        trained = living.load(name)
        Lab = living.AttentionLab if name == "attention" else living.CellLab
        yield name, Lab(trained.model, trained.vocab, sentence, trained.answers)


def measured(tab, lab, folder):
    """Milliseconds of each change (ROUNDS,)."""
    file = Path(folder) / "lab.html"
    text = f"<!doctype html><meta charset=utf-8>{lab._repr_html_()}<script>{page.script()}</script>"
    file.write_text(text, encoding="utf-8")
    tab.goto(file.as_uri())
    tab.wait_for_function("document.querySelector('cell-lab, attention-lab').awake")
    return [tab.evaluate(CHANGE, k) for k in range(WARM + ROUNDS)][WARM:]


def main():
    os.environ["LESSONS_QUIET"] = "1"  # the script stands once, at the end
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        tab = play.chromium.launch(executable_path=browser.find(), args=browser.FLAGS).new_page()
        for name, lab in labs():
            times = measured(tab, lab, folder)
            print(f"{name:10} median {statistics.median(times):5.1f} ms, slowest {max(times):.1f}")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
