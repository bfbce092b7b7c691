"""Run other libraries' GRUs and LSTMs and let the course's probe say which form each one has.

    make rosetta      runs them in an environment of their own and stores what was found

A library is a class with five methods.  ``weights`` are the course's: for a GRU the params of
``cells.GRU``, for an LSTM ``W_xh`` (4, D, H), ``W_hh`` (4, H, H), ``b_h`` (4, H) in the order in
which the library keeps its blocks, and ``w_c`` (3, H) where it has peepholes.

    load(weights)           the library's own arrays or module
    fresh(D, H)             the same, as the library draws it
    read(made)              back to weights
    run(made, x, *state)    x (T, B, D), states (B, H)  →  hs (T, B, H), for an LSTM also c (B, H)
    size(made)              how many numbers it has

The found rows are in ``lessons_lib/data/rosetta.json``.  The libraries are imported by their
module alone: everything else here runs without them.
"""
