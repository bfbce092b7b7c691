"""Three schedules for teachers: the day, the four weeks, the half-semester module.

`teaching` writes them out with their times; tests hold that no lesson comes before one that
it needs. The module packs all lessons in order, so a new lesson is in it at once. Where a course
lacks lessons (`make book WITHOUT=…`), the schedules go without them.
"""

RNN, LONG, LSTM, GRU, ATTENTION = (
    "book/1_rnn/",
    "book/2_long_term_dependencies/",
    "book/3_lstm/",
    "book/4_gru/",
    "book/5_attention/",
)
EXERCISE = 20  # minutes a learner needs for one, by estimate; the page says so
SESSION = 100  # minutes of a double period of the half-semester module
START = 8 * 60 + 15
DAY = (
    (RNN + "loop_with_state", "rnn.forward"),
    15,
    (LONG + "sky_and_france", "long_term.latch"),
    (LSTM + "four_steps", "lstm.step"),
    60,
    (GRU + "two_gates", "gru.other_sign"),
    15,
    (ATTENTION + "soft_lookup", "attention.sharpness_for"),
)
WEEKS = (
    (
        RNN + "loop_with_state",
        RNN + "smallest_network",
        RNN + "backprop_through_time",
        RNN + "character_model",
    ),
    (
        LONG + "sky_and_france",
        LONG + "vanishing_gradient",
        LSTM + "four_steps",
    ),
    (LSTM + "start_remembering", GRU + "two_gates", ATTENTION + "soft_lookup"),
    (
        ATTENTION + "scores",
        ATTENTION + "alignment",
        ATTENTION + "self_attention",
        ATTENTION + "looking_back",
    ),
)
HOMEWORK = (
    ("rnn.forward", "rnn.smoothed_loss", "rnn.backward"),
    ("long_term.latch", "long_term.leaky_bound", "lstm.step"),
    ("lstm.shortest_times", "gru.one_gate", "attention.find_nothing"),
    ("attention.additive_scores", "attention.order_blind", "attention.multi_head"),
)


def day_of(course):
    """DAY with the lessons of this course; of two breaks in a row the longer, none at the end."""
    items = []
    for item in DAY:
        if not isinstance(item, int):
            items += [item] if item[0] in course else []
        elif items:
            items[-1:] = [max(items[-1], item)] if isinstance(items[-1], int) else [items[-1], item]
    return items[:-1] if items and isinstance(items[-1], int) else items


def weeks_of(course):
    """(lessons, exercises) of every week in which this course has lessons."""
    here = {id for one in course.values() for id in one.exercises}
    weeks = (
        ([entry for entry in entries if entry in course], [id for id in ids if id in here])
        for entries, ids in zip(WEEKS, HOMEWORK, strict=True)
    )
    return [week for week in weeks if week[0]]
