"""How gates are initialised: time scales too short, too long, too few, on short and long gaps.

Each initialisation *and gap* has its own rate, the one that solves most seeds, and of these the
fastest.
"""

from lessons_lib import cells, experiments
from lessons_lib.experiments import recurrent
from lessons_models.initialisations import even_biases, exponential_biases
from sweeps.runner.declare import RATES, Sweep, every

T_MAX, SOLVED, STEPS, LONGER = (20, 50, 200, 1000), 0.95, 300, 1500


MODELS = {
    "LSTM forget bias 0": recurrent(cells.LSTM),
    **{f"LSTM chrono {longest}": recurrent(cells.LSTM, chrono=longest) for longest in T_MAX},
    **{f"GRU chrono {longest}": recurrent(cells.GRU, chrono=longest) for longest in T_MAX},
    "LSTM even biases 1000": recurrent(cells.LSTM, even_biases(1000)),
    "LSTM exponential biases": recurrent(cells.LSTM, exponential_biases),
}


def run(settings, seed):
    build, more = MODELS[settings["model"]], {name: settings[name] for name in ("lr", "steps")}
    score, trained = experiments.solve_gap(build, settings["gap"], seed, **more)
    return {"accuracy": score, "trained": trained}


def solved_and_fast(row):
    """One more for each solved seed; then the steps saved, in shares of the budget; accuracy."""
    saved = 1 - row["trained"] / row["steps"]
    return (row["accuracy"] >= SOLVED) + 0.1 * saved + 0.01 * row["accuracy"]


CASES = [
    *every(model=MODELS, gap=(2, 5, 20, 100), steps=[STEPS]),
    *every(model=["LSTM forget bias 0"], gap=(20, 50), steps=[LONGER]),
]
SWEEPS = (
    Sweep("chrono", run, CASES, per=("model", "gap", "steps"), grid={"lr": (*RATES[1:], 1.0)},
          guess=0.0, score=solved_and_fast, tie=0.005),
)  # fmt: skip
