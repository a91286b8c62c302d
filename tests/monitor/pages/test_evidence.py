"""Only what differs is marked, unless nothing is alike."""

from hypothesis import given
from hypothesis import strategies as some

from monitor.pages.evidence import Piece, marked


def test_one_changed_letter_is_marked_alone() -> None:
    sent, received = marked("Kapaludo", "Kapalado")
    assert [piece.text for piece in sent if piece.changed] == ["u"]
    assert [piece.text for piece in received if piece.changed] == ["a"]


def test_a_cut_end_is_marked_on_the_sent_side_only() -> None:
    sent, received = marked("Brightside Windows", "Brightside W")
    assert sent[-1] == Piece(text="indows", changed=True)
    assert received == (Piece(text="Brightside W"),)


def test_values_with_nothing_in_common_are_marked_whole() -> None:
    assert marked("zoe@x.example", "01099") == (
        (Piece(text="zoe@x.example", changed=True),),
        (Piece(text="01099", changed=True),),
    )


def test_nothing_received_is_no_piece() -> None:
    assert marked("Zoë", "") == ((Piece(text="Zoë", changed=True),), ())


@given(some.text(max_size=40), some.text(max_size=40))
def test_pieces_put_together_are_the_values(sent: str, received: str) -> None:
    left, right = marked(sent, received)
    assert "".join(piece.text for piece in left) == sent
    assert "".join(piece.text for piece in right) == received
