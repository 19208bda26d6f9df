"""Sockets that listen, and the sentences for those that cannot."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from gchat.server import listeners
from gchat.server.listeners import ListenError, listen
from gchat.server.settings import Listener


def test_port_0_is_any_free_one() -> None:
    (bound,) = listen(Listener("127.0.0.1", 0, tls=True))
    assert bound.wanted == Listener("127.0.0.1", 0, tls=True)
    assert bound.actual.port > 0
    assert bound.actual.tls
    socket.create_connection(("127.0.0.1", bound.actual.port), 5).close()
    bound.close()


def test_a_port_in_use_is_one_sentence() -> None:
    (first,) = listen(Listener("127.0.0.1", 0))
    with pytest.raises(ListenError) as caught:
        listen(first.actual)
    first.close()
    assert str(caught.value) == (
        f"cannot listen on {first.actual}: another program listens there; "
        "end that one, or choose another address with --listen"
    )


@pytest.mark.parametrize(
    ("listener", "sentence"),
    [
        (Listener("192.0.2.1", 6667), "cannot listen on 192.0.2.1:6667: this machine has no such address"),
        (
            Listener("no.such.host.invalid", 6667),
            "cannot listen on no.such.host.invalid:6667: the name no.such.host.invalid has no address",
        ),
        (
            Listener(path="/no/such/folder/chat"),
            "cannot listen on unix:/no/such/folder/chat: No such file or directory",
        ),
    ],
)
def test_what_cannot_be_had_is_one_sentence(listener: Listener, sentence: str) -> None:
    with pytest.raises(ListenError) as caught:
        listen(listener)
    assert str(caught.value) == sentence


def test_low_ports_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(listeners, "_bind", refuse)
    with pytest.raises(ListenError, match="ports below 1024 are for root"):
        listen(Listener("127.0.0.1", 194))


def test_all_addresses_are_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = listeners._bind

    def without_ipv6(family: socket.AddressFamily, address: object) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
        return bind(family, address)

    monkeypatch.setattr(listeners, "_bind", without_ipv6)
    found = listen(Listener("", 0))
    assert [bound.actual.host for bound in found] == ["0.0.0.0"]
    listeners.close_all(found)


def test_a_unix_socket_comes_and_goes(tmp_path: Path) -> None:
    path = tmp_path / "chat"
    (bound,) = listen(Listener(path=str(path)))
    assert path.is_socket()
    with pytest.raises(ListenError, match="another program listens there"):
        listen(Listener(path=str(path)))
    bound.close()
    assert not path.exists()


def test_a_stale_unix_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "chat"
    (bound,) = listen(Listener(path=str(path)))
    bound.socket.close()  # as a kill -9 leaves it
    assert path.is_socket()
    (again,) = listen(Listener(path=str(path)))
    bound.close()  # its file is another one's now
    assert path.is_socket()
    again.close()


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "chat"
    path.write_text("precious")
    with pytest.raises(ListenError, match="that is a file and no socket"):
        listen(Listener(path=str(path)))
    assert path.read_text() == "precious"
