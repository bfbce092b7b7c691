"""plots: the data given is the data drawn, in colours that can be read."""

import io

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from lessons_kit import plots
from lessons_kit.plots.labels import spread_out

GAPS = [2, 10, 50]
RESULTS = {
    "RNN": np.array([[1.0, 1.0], [1.0, 0.3], [0.2, 0.2]]),
    "LSTM": np.array([[1.0, 1.0], [1.0, 1.0], [0.3, 0.2]]),
    "LSTM chrono": np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 0.96]]),
}


@pytest.fixture
def ax():
    with matplotlib.rc_context():
        plots.use_style()
        figure, axes = plt.subplots()
        yield axes
        figure.canvas.draw()  # a missing glyph or an impossible layout would warn here
        plt.close(figure)


def contrast_on_white(colour):
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 1.05 / (np.dot(channels, [0.2126, 0.7152, 0.0722]) + 0.05)


@pytest.mark.parametrize("name", plots.PALETTE)
def test_every_colour_of_the_palette_can_be_read_on_white(name):
    assert contrast_on_white(plots.PALETTE[name]) >= 4.5


def test_the_palette_is_complete_and_cannot_be_changed():
    assert set(plots.PALETTE) == {
        "rnn", "lstm", "gru", "attention", "gate", "positive", "negative",
    }  # fmt: skip
    with pytest.raises(TypeError):
        plots.PALETTE["rnn"] = "#000000"


def test_text_of_the_style_is_large_enough_for_a_phone():
    with matplotlib.rc_context():
        plots.use_style()
        sizes = [matplotlib.rcParams[f"{part}.labelsize"] for part in ("axes", "xtick", "ytick")]
        assert min(sizes + [matplotlib.rcParams["legend.fontsize"]]) >= 11
        assert matplotlib.rcParams["figure.figsize"][0] == 5.2


def test_one_architecture_keeps_its_colour_and_marker_and_changes_its_dash():
    styles = plots.series_styles(
        ["LSTM", "LSTM chrono", "GRU", "RNN + attention", "Self-attention"]
    )
    plain, chrono, gru, *both = styles.values()
    assert {style["color"] for style in both} == {plots.PALETTE["attention"]}
    assert plain["color"] == chrono["color"] != gru["color"]
    assert plain["marker"] == chrono["marker"] != gru["marker"]
    assert plain["linestyle"] != chrono["linestyle"]
    assert plain["markerfacecolor"] != chrono["markerfacecolor"]


@pytest.mark.parametrize(
    "names",
    [
        ["LSTM bias 0", "LSTM bias 1", "LSTM chrono", "LSTM W_hh × 8"],
        ["LSTM", "LSTM chrono", "LSTM forget bias 1"],
        ["LSTM chrono", "LSTM bias 5", "LSTM forget bias 0"],
    ],
)
def test_an_initialisation_has_the_same_line_in_every_figure(names):
    styles = plots.series_styles(names)
    lines = {name: style["linestyle"] for name, style in styles.items()}
    assert len(set(map(str, lines.values()))) == len(names)
    expected = {"LSTM": 0, "bias 0": 0, "bias 1": 1, "chrono": 2}
    for name, line in lines.items():
        for end, variant in expected.items():
            if name.endswith(end):
                assert line == plots.series_style(name, variant)["linestyle"], name
    assert (
        plots.series_styles(["RNN + attention", "Self-attention"])["RNN + attention"]["linestyle"]
        == "-"
    )


@pytest.mark.parametrize("name", ["", "Transformer", "chrono LSTM"])
def test_a_series_without_an_architecture_is_refused(name):
    with pytest.raises(ValueError, match="rnn, lstm, gru, attention"):
        plots.series_style(name)


def test_gradient_flow_draws_the_last_step_at_distance_zero(ax):
    assert plots.gradient_flow(ax, [0.25, 0.5, 1.0]) is ax
    (line,) = ax.get_lines()
    assert dict(zip(*line.get_data(), strict=True)) == {0: 1.0, 1: 0.5, 2: 0.25}
    assert ax.get_yscale() == "log"


def test_gradient_flow_puts_zeros_on_the_floor_and_marks_them(ax):
    plots.gradient_flow(ax, [0.0, 0.0, 1.0], floor=1e-9)
    line, marks = ax.get_lines()
    assert line.get_ydata().tolist() == [1e-9, 1e-9, 1.0]
    assert marks.get_xdata().tolist() == [2, 1]


def test_accuracy_by_gap_draws_means_and_the_range_of_the_seeds(ax):
    plots.accuracy_by_gap(ax, {"RNN": RESULTS["RNN"]}, GAPS, chance=0.2)
    chance, solved, means = ax.get_lines()
    assert chance.get_ydata()[0] == 0.2
    assert solved.get_ydata()[0] == plots.SOLVED
    assert means.get_xdata() == pytest.approx(GAPS)
    assert means.get_ydata() == pytest.approx([1.0, 0.65, 0.2])
    (bars,) = ax.collections
    assert [bar[:, 1].tolist() for bar in bars.get_segments()] == [[1, 1], [0.3, 1], [0.2, 0.2]]


def test_accuracy_by_gap_names_every_series_once_and_no_two_names_touch(ax):
    plots.accuracy_by_gap(ax, RESULTS, GAPS, chance=0.2)
    ax.get_figure().canvas.draw()
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert set(boxes) == {*RESULTS, "chance", "solved"}
    names = [(boxes[name].y0, boxes[name].y1) for name in RESULTS]
    for low, high in zip(sorted(names), sorted(names)[1:], strict=False):
        assert low[1] <= high[0]


def test_the_order_of_equal_ends_is_the_order_of_the_names(ax):
    lost = RESULTS["RNN"]
    results = {"RNN": lost, "GRU": lost + 0.01, "LSTM": lost, "LSTM chrono": RESULTS["LSTM chrono"]}
    plots.accuracy_by_gap(ax, results, GAPS, chance=0.2)
    heights = {text.get_text(): text.xyann[1] for text in ax.texts}
    assert heights["LSTM chrono"] > heights["RNN"] > heights["GRU"] > heights["LSTM"]


def test_names_are_moved_apart_as_little_as_possible():
    assert spread_out([0.1, 0.9], 0.2) == pytest.approx([0.1, 0.9])
    assert spread_out([0.5, 0.5], 0.2) == pytest.approx([0.4, 0.6])
    assert spread_out([0.0, 0.0, 1.0], 0.2, low=0, high=1) == pytest.approx([0, 0.2, 1])
    assert spread_out([1.0, 1.0, 0.0], 0.2, low=0, high=1) == pytest.approx([0.8, 1.0, 0])


def test_rungs_draws_each_seed_the_medians_and_a_labelled_line_for_each_rung(ax):
    runs = [[0.5, 1.0, 0.6], [0.25, 0.3, 0.2]]
    plots.rungs(ax, [10, 50], runs, {"1/4": 0.25, "1": 1})
    medians, *seeds = ax.lines
    np.testing.assert_array_equal(medians.get_ydata(), [0.6, 0.25])
    np.testing.assert_array_equal([line.get_ydata() for line in seeds], np.transpose(runs))
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["1/4", "1"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["10", "50"]
    with pytest.raises(ValueError, match=r"runs.*shape"):
        plots.rungs(ax, [10, 20, 50], runs, {})


def test_solved_frontier_prints_counts_and_fills_only_what_every_seed_solved(ax):
    plots.solved_frontier(ax, RESULTS, GAPS)
    counts = {text.get_position(): text.get_text() for text in ax.texts}
    assert [counts[column, 0] for column in range(3)] == ["2/2", "1/2", "0/2"]
    assert [counts[column, 2] for column in range(3)] == ["2/2", "2/2", "2/2"]
    fills = {
        (round(box.get_x() + 0.44), round(box.get_y() + 0.4)): to_hex(box.get_facecolor())
        for box in ax.patches
    }
    assert fills[0, 0] == plots.PALETTE["rnn"]
    assert fills[1, 0] == "#ffffff"
    assert (2, 0) not in fills


def test_results_that_do_not_fit_the_gaps_are_refused(ax):
    with pytest.raises(ValueError, match=r"'RNN'.*\(3, 2\).*\(2, seeds\)"):
        plots.solved_frontier(ax, RESULTS, [2, 10])
    with pytest.raises(ValueError, match=r"'RNN'.*\(3, 2\).*\(2, seeds\)"):
        plots.accuracy_by_gap(ax, RESULTS, [2, 10], chance=0.2)


def test_a_heatmap_of_shares_starts_at_zero_and_a_signed_one_is_symmetric(ax):
    plots.heatmap(ax, [[0.0, 0.25]], ["a"], ["x", "y"])
    assert ax.collections[0].get_clim() == (0, 1)
    assert ax.collections[0].get_array().ravel().tolist() == [0.0, 0.25]
    plots.heatmap(ax, [[-3.0, 1.0]], ["a"], ["x", "y"])
    assert ax.collections[1].get_clim() == (-3, 3)


def test_a_heatmap_has_its_first_row_on_top_and_turns_long_words(ax):
    plots.heatmap(ax, np.eye(2), ["first", "second"], ["France", "speak"], numbers=True)
    low, high = ax.get_ylim()
    assert low > high
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {90}
    assert [text.get_text() for text in ax.texts] == ["1.00", ".00", ".00", "1.00"]


def test_a_picture_of_regions_has_its_words_in_pairs_below_it_and_its_first_row_on_top(ax):
    plots.regions(ax, np.ones((6, 6, 3)), "red cross blue square")
    assert ax.get_xlabel() == "red cross\nblue square\n\n"
    assert ax.get_ylim() == (3, 0) and len(ax.get_xticks()) == 4


def test_only_a_large_heatmap_is_rasterised(ax):
    plots.heatmap(ax, np.zeros((2, 2)), range(2), range(2))
    plots.heatmap(ax, np.zeros((30, 30)), range(30), range(30))
    assert [mesh.get_rasterized() for mesh in ax.collections] == [False, True]


def test_names_that_do_not_fit_the_matrix_are_refused(ax):
    with pytest.raises(ValueError, match=r"\(2, 2\).*2 row names.*1 column"):
        plots.heatmap(ax, np.eye(2), ["a", "b"], ["x"])


def test_a_heatmap_keeps_the_limit_it_is_given(ax):
    states = np.array([[0.5, 0.1, 0.0], [-0.5, -1.0, 0.9]])
    plots.heatmap(ax, states, ["unit 0", "unit 1"], ["I", "speak", "French"], limit=1.0)
    assert np.array_equal(ax.collections[0].get_array(), states)
    assert ax.collections[0].get_clim() == (-1, 1)


def test_loss_curves_draw_the_mean_and_every_run(ax):
    plots.loss_curves(ax, [[3.0, 1.0], [1.0, 1.0]], label="LSTM")
    mean, *runs = ax.get_lines()
    assert mean.get_ydata().tolist() == [2.0, 1.0]
    assert [run.get_ydata().tolist() for run in runs] == [[3.0, 1.0], [1.0, 1.0]]
    assert ax.get_legend_handles_labels()[1] == ["LSTM"]


def test_scatter_seeds_draws_every_seed_and_the_median(ax):
    plots.scatter_seeds(ax, [[0.1, 0.4, 0.9], [1.0]], ["RNN", "GRU"])
    assert [line.get_ydata().tolist() for line in ax.get_lines()] == [[0.1, 0.4, 0.9], [1.0]]
    assert ax.collections[0].get_segments()[0][:, 1].tolist() == [0.4, 0.4]


def test_the_marker_of_an_effect_says_on_which_side_of_nothing_its_interval_is(ax):
    found = {"better": (0.3, 0.1, 0.5), "worse": (-0.2, -0.3, -0.1), "open": (0.1, -0.1, 0.3)}
    plots.effects(ax, found)
    drawn = [line for line in ax.get_lines() if line.get_marker() != "None"]
    assert [line.get_marker() for line in drawn] == ["^", "v", "o"]
    assert [float(line.get_xdata()[0]) for line in drawn] == [0.3, -0.2, 0.1]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(found)
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row is on top


def test_lines_label_their_ends(ax):
    plots.lines(ax, [[0.0, 1.0], [1.0, 0.0]], names=["rises", "falls"])
    heights = {text.get_text(): text.xyann[1] for text in ax.texts}
    assert heights["rises"] > heights["falls"]


def test_the_same_figure_gives_the_same_bytes():
    def svg():
        with matplotlib.rc_context():
            plots.use_style()
            figure, ax = plt.subplots()
            plots.accuracy_by_gap(ax, RESULTS, GAPS, chance=0.2)
            file = io.StringIO()
            figure.savefig(file, format="svg", metadata={"Date": None})
            plt.close(figure)
            return file.getvalue()

    first = svg()
    assert first == svg()
    assert "LSTM chrono</text>" in first  # text is text, not outlines


def test_norms_by_lag_draws_the_mean_of_the_logarithms_inside_the_band(ax):
    runs = {"RNN": np.array([[1.0, 1e-2], [1.0, 1e-4]]), "LSTM": np.array([[1.0, 0.5], [1.0, 0.5]])}
    assert plots.norms_by_lag(ax, runs) is ax
    rnn, lstm = ax.get_lines()[:2]
    np.testing.assert_allclose(rnn.get_ydata(), [1.0, 1e-3])
    np.testing.assert_allclose(lstm.get_ydata(), [1.0, 0.5])
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx(1e-4) and heights.max() == 1.0
    assert ax.get_yscale() == "log"
    assert {"RNN", "LSTM"} <= {text.get_text() for text in ax.texts}


def test_the_unrolled_loop_repeats_the_same_weights_and_shows_the_way_back(ax):
    words = ["the", "clouds", "are"]
    plots.unrolled(ax, words)
    labels = [text.get_text() for text in ax.texts if text.get_text()]
    assert labels.count("$W_{hh}$") == labels.count("$W_{xh}$") == 3
    assert [label for label in labels if label in words] == words
    assert [f"$h_{t}$" in labels for t in range(5)] == [True] * 4 + [False]
    forward = len(ax.texts)
    plots.unrolled(ax, words, backward=True)
    assert len(ax.texts) == 2 * forward + 3


def test_the_pair_has_four_arrows_a_step_and_the_named_ones_are_strong(ax):
    plots.pair_chain(ax, steps=2, lit={"D_0", "E_1", "B_2"})
    names = {text.get_text() for text in ax.texts if text.get_text()}
    arrows = {f"${name}_{t}$" for name in "FBE" for t in (1, 2)} | {f"$D_{t}$" for t in range(3)}
    assert names == arrows | {f"${name}_{t}$" for name in "ch" for t in range(3)}
    strong = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert sorted(patch.get_linewidth() for patch in strong) == [1.4] * 6 + [3.0] * 3


def test_the_pair_refuses_an_arrow_that_is_not_there(ax):
    with pytest.raises(ValueError, match="no arrow.*D_3"):
        plots.pair_chain(ax, steps=2, lit={"D_3"})


def arrows_of(ax):
    found = (getattr(text, "arrow_patch", None) for text in ax.texts)
    return [patch for patch in found if patch]


def test_the_two_readers_of_one_state_are_drawn_strong_and_the_way_back_is_dashed(ax):
    plots.two_readers(ax, steps=3, lit=2)
    arrows = arrows_of(ax)
    strong = [a for a in arrows if to_hex(a.get_edgecolor()) == plots.PALETTE["positive"]]
    assert len(arrows) == 9 and len(strong) == 2
    assert sum(a.get_linestyle() == "--" for a in arrows) == 3


@pytest.mark.parametrize(("steps", "k", "borders"), [(6, 3, 1), (6, 2, 2), (6, 6, 0), (3, 1, 2)])
def test_the_state_passes_every_border_of_a_chunk_and_the_gradient_none(ax, steps, k, borders):
    plots.chunked(ax, steps, k)
    arrows = arrows_of(ax)
    back = sum(a.get_linestyle() == "--" for a in arrows)
    assert len(arrows) - back == steps and back == steps - borders == steps - len(ax.lines)


@pytest.mark.parametrize(
    ("reads", "writes", "given", "fed_back", "labels"),
    [
        ([1, 2], [2], False, 0, {"$x_1$", "$x_2$", "$y_1$"}),
        ([], [1, 2, 3], True, 2, {r"\$", "$h_0$", "$y_1$", "$y_2$", "$y_3$"}),
        ([1, 2], [3, 4], False, 1, {"$x_1$", "$x_2$", r"\$", "$y_1$", "$y_2$"}),
    ],
)
def test_a_shape_names_its_inputs_and_answers_and_feeds_back_what_it_does_not_read(
    ax, reads, writes, given, fed_back, labels
):
    assert plots.shape(ax, "N–M", reads, writes, given) is ax
    found = {text.get_text() for text in ax.texts if text.get_text()}
    assert found == labels | {f"$h_{t}$" for t in range(1, max(writes) + 1)}
    assert sum(arrow.get_linestyle() == "--" for arrow in arrows_of(ax)) == fed_back


def test_bands_draw_the_median_and_reach_to_the_outermost_seeds(ax):
    runs = {"one": np.array([[1.0, 2.0], [2.0, 3.0], [9.0, 4.0]])}
    plots.bands(ax, [10, 20], runs, {"one": {"color": plots.PALETTE["gate"]}})
    assert np.array_equal(ax.lines[0].get_ydata(), [2.0, 3.0])
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == 1.0 and band[:, 1].max() == 9.0


def test_verdicts_tick_what_passes_and_tell_good_rows_by_their_colour(ax):
    plots.verdicts(
        ax, [[True, True], [False, True]], ["right", "wrong"], ["a", "b"], good=["right"]
    )
    tints = [to_hex(patch.get_facecolor()) for patch in ax.patches]
    assert tints == [plots.PALETTE["gate"]] * 2 + [plots.PALETTE["negative"]]
    assert [t.get_text() for t in ax.texts] == ["✓"] * 3


def test_errors_print_percents_and_fill_only_the_boxes_that_are_wrong(ax):
    sizes = [[1e-9, 0.5], [0.14, 2e-7]]
    plots.errors(ax, sizes, ["first", "second"], ["W_hh", "b_h"])
    assert [t.get_text() for t in ax.texts] == ["right", "50 %", "14 %", "right"]
    boxes = [(patch.get_x() // 1, patch.get_y() // 1) for patch in ax.patches]
    assert boxes == [(1, 0), (0, 1)] and ax.yaxis_inverted()
    assert ax.patches[0].get_alpha() > ax.patches[1].get_alpha()


def test_the_latch_shows_the_interval_whose_end_is_the_resting_point_of_the_worst_push(ax):
    axes = ax.figure.subplots(1, 2)
    plots.latch(axes, 2, 0.3, 0.9080, 0.9783)
    (bar,) = [line for line in axes[1].lines if line.get_linewidth() == 9]
    assert list(bar.get_xdata()) == [0.9080, 1]
    assert [tick.get_text() for tick in axes[1].get_xticklabels()] == ["ℓ", "1"]
    for panel in axes:
        curves = [line for line in panel.lines if len(line.get_xdata()) == 200]
        h = curves[0].get_xdata()
        for push, curve in zip((None, 0.3, 0, -0.3), curves, strict=True):
            assert np.allclose(curve.get_ydata(), h if push is None else np.tanh(2 * h + push))


def test_a_landscape_has_a_key_and_the_line_where_it_is_cut(ax):
    x, y = np.meshgrid([0.0, 1.0, 2.0], [0.0, 1.0])
    plots.landscape(ax, x, y, x + y, at=1.5)
    assert list(ax.lines[0].get_xdata()) == [1.5, 1.5]
    assert np.array_equal(ax.collections[0].get_array(), x + y)
    (key,) = [a for a in ax.figure.axes if a is not ax]
    assert key.get_xlabel() == "loss"
