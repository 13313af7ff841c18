"""Names, descriptions and messages of others inside the app's own Markdown."""

import pytest

from components.plain_text import escaped

W = "\N{WORD JOINER}"


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        # Read as Markdown
        ("**b** _i_ `c`", r"\*\*b\*\* \_i\_ \`c\`"),
        ("![i](x)", r"\!\[i\]\(x\)"),
        ("<img src=x>", r"\<img src=x\>"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        ("# h\n\n- item", r"\# h \- item"),
        ("$x^2$ ~~no~~", r"\$x^2\$ \~\~no\~\~"),
        # Searched for afterwards, behind the backslashes
        (":material/face:", rf"\:{W}material/face\:"),
        (r"\:smile:", rf"\\\:{W}smile\:"),
        (":streamlit:", rf"\:{W}streamlit\:"),
        (":red[careful]", rf"\:{W}red\[careful\]"),
        ("http://h.example", rf"http\:{W}//h\.example"),
        ("www.h.example", rf"www{W}\.h\.example"),
        ("WWW.h.example", rf"WWW{W}\.h\.example"),
        ("me@h.example", rf"me@{W}h\.example"),
        ("a -> b", rf"a \-{W}\> b"),
        ("a <- b -- c >= d", rf"a \<{W}\- b \-{W}\- c \>{W}= d"),
    ],
)
def test_what_others_write_is_shown_as_it_is(hostile, harmless):
    """Each of these was seen in a browser to become an icon, a picture, a link or another sign."""
    assert escaped(hostile) == harmless


@pytest.mark.parametrize("text", ["Leave and illness", "Version 3", "a: b", "Zoë, 3 %"])
def test_ordinary_words_get_no_signs_nobody_sees(text):
    """Whoever copies a name from the page gets the name."""
    assert W not in escaped(text)
