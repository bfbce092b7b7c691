"""On a page, a claim's mark and number are set apart, and nothing else is touched."""

from tools.site import claims

OUTPUT = (
    '<div class="output stream highlight-myst-ansi notranslate"><div class="highlight"><pre>'
    "<span></span>{}</pre></div></div>"
)


def test_a_claim_has_its_mark_its_number_and_its_bound():
    html = claims.mark(OUTPUT.format("✓ a = b: largest of 4: 3e-10 (below 1e-7)\n"))
    assert html == OUTPUT.format(
        '<span class="claim"><span class="tick">✓ </span>a = b: <b>largest of 4: 3e-10</b> '
        '<span class="bound">(below 1e-7)</span>\n</span>'
    )


def test_claims_and_other_lines_keep_their_order_and_their_text():
    text = "x: (5, 4)\n✓ f(a), in short: 9 of 9\n✓ order: a 2 &gt; b 1 (falling)\nlast ✓ line"
    html = claims.mark(OUTPUT.format(text))
    assert html.count('class="claim"') == 2 and html.count("<b>9 of 9</b>") == 1
    assert "x: (5, 4)\n<span" in html and html.endswith("last ✓ line</pre></div></div>")


def test_code_and_prose_are_left_alone():
    html = "<pre><span></span>✓ a: 1 (b)\n</pre><p>✓ a: 1 (b)</p>"
    assert claims.mark(html) == html
